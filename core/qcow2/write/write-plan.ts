import { alignDown } from '../../base/bits.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import { unitsTouched, type ClusterState } from './cluster-state.ts'
import { stateOf, type WrittenLayer } from './written-layer.ts'

/**
 * How one stretch of a guest range is written:
 *
 * - `in-place`: over data that is this image's alone; the tables stay as they are;
 * - `attach`: into clusters of ours that do not hold the guest's bytes yet (they read as zeroes, or
 *   subclusters are missing); entries change, no cluster is taken;
 * - `allocate`: into new clusters.
 */
export interface WriteStep {
  readonly kind: 'in-place' | 'attach' | 'allocate'
  readonly at: number
  readonly end: number
  /** Where `at` (in-place) or its cluster (attach) is; meaningless when clusters are to be allocated. */
  readonly host: HostOffset
}

/** Keeps the buffers of one step small, and lets steps go on side by side. */
const STEP_BYTES = 4 * 1024 * 1024

/** The longest stretch from `at`, before `end`, that is written in one way to neighbouring places. */
export function nextStep(layer: WrittenLayer, at: number, end: number): WriteStep {
  const { clusterSize } = layer.rules.geometry
  const start = alignDown(at, clusterSize)
  const first = stateOf(layer, start / clusterSize)
  const kind = kindOf(layer, first, at - start, Math.min(end - start, clusterSize))
  let next = start + clusterSize
  while (next < end && next - at < STEP_BYTES) {
    const state = stateOf(layer, next / clusterSize)
    if (kindOf(layer, state, 0, Math.min(end - next, clusterSize)) !== kind) break
    if (kind !== 'allocate' && state.hostOffset !== first.hostOffset + next - start) break
    next += clusterSize
  }
  const host = kind === 'in-place' ? first.hostOffset + at - start : first.hostOffset
  return { kind, at, end: Math.min(next, end), host: hostOffset(host) }
}

function kindOf(
  { rules }: WrittenLayer,
  { place, data }: ClusterState,
  from: number,
  to: number,
): WriteStep['kind'] {
  if (place !== 'own') return 'allocate'
  const touched = unitsTouched(rules.geometry, from, to)
  return (touched & ~data) === 0 ? 'in-place' : 'attach'
}
