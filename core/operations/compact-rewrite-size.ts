import { ceilDiv } from '../base/bits.ts'
import type { PackedList } from '../qcow2/compact/packed-list.ts'
import { use, type Survey } from '../qcow2/compact/survey.ts'
import { zeroRuleOf } from '../qcow2/compact/zero-rule.ts'
import { L1_ENTRY_BYTES, SECTOR } from '../qcow2/format/constants.ts'
import { refcountAccess } from '../qcow2/format/refcount-block.ts'
import type { ZeroLook } from './compact-zeroes.ts'

/** Bytes of the file that rewriting an image makes; compression that is asked for makes it shorter. */
export interface RewrittenSize {
  /** With packed data as close together as it is now. */
  readonly expected: number
  /**
   * In guest order packed data may lie between other clusters, and then begins a new one wherever it does
   * not fit into the last: that may take twice the space.
   */
  readonly atMost: number
}

export function rewrittenSize(survey: Survey, zeroes: ZeroLook): RewrittenSize {
  const { kinds, area, packed } = survey
  const { clusterSize } = area.geometry
  let packedClusters = 0
  let others = 0
  for (const kind of kinds) {
    if (kind === use.packed) packedClusters++
    else if (!isLeftOut(kind)) others++
  }
  const isDiscarding = zeroRuleOf(area) !== 'kept'
  const known = isDiscarding ? (zeroes.clusters?.size ?? 0) : 0
  const estimated = isDiscarding ? Math.floor((zeroes.bytes ?? 0) / clusterSize) : 0
  const packedAtMost = packed.length === 0 ? 0 : mostPackedClusters(survey, packed)
  return {
    expected: withRefcounts(survey, others + packedClusters - Math.max(known, estimated)),
    atMost: withRefcounts(survey, others + packedAtMost + sharedL1Clusters(survey) - known),
  }
}

const isLeftOut = (kind: number): boolean =>
  kind === use.free || kind === use.leaked || kind === use.uncounted || kind === use.refcountBlock

function withRefcounts({ area: { geometry } }: Survey, clusters: number): number {
  const blocks = Math.max(ceilDiv(clusters, geometry.refcountBlockEntries - 1), 1)
  return (clusters + blocks) * geometry.clusterSize
}

/** Each state gets a table of its own. */
function sharedL1Clusters({ l1Places, area }: Survey): number {
  const { clusterSize } = area.geometry
  return l1Places.reduce(
    (sum, { entries, owners }) =>
      sum + (owners - 1) * ceilDiv(entries * L1_ENTRY_BYTES, clusterSize),
    0,
  )
}

/**
 * Whole sectors are carried over. Where a piece begins a new cluster, less than its own length was left in the
 * last one, or as many pieces refer to that as its refcount can say; two clusters for each at most.
 */
function mostPackedClusters(
  { area: { geometry, header } }: Survey,
  { length, offsets, sectors, weights }: PackedList,
): number {
  const { clusterSize, refcountOrder } = geometry
  // What several entries refer to is looked for where there are several states.
  const isOnce = header.snapshotCount > 0
  let bytes = 0
  let alone = 0
  let references = 0
  for (let index = 0; index < length; index++) {
    references += 2 * (weights[index] ?? 0)
    if (isOnce && index > 0 && offsets[index] === offsets[index - 1]) continue
    const claimed = (sectors[index] ?? 0) * SECTOR
    bytes += claimed
    alone += ceilDiv(claimed, clusterSize)
  }
  const full = ceilDiv(references, refcountAccess(refcountOrder).max)
  return Math.min(ceilDiv(2 * bytes, clusterSize) + 1 + full, alone)
}
