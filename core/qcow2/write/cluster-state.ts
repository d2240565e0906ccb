import { isAligned } from '../../base/bits.ts'
import { HIGH_UNIT } from '../../base/word64.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import { SUBCLUSTERS } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import { COPIED_HIGH, entryOffset } from '../format/l1-entry.ts'
import { isCompressed, ZERO_LOW } from '../format/l2-entry.ts'
import type { EntryWords } from '../tables/image-tables.ts'

/**
 * Subclusters of one cluster as bits, the first one lowest; a cluster without subclusters is one of
 * them. Always unsigned: `>>> 0` after every operation.
 */
export type UnitMask = number

/** What a guest cluster's entry says, in the words a writer asks for. */
export interface ClusterState {
  /**
   * `own`: a host cluster that nobody else refers to, so it is written in place. `shared`: one that a
   * snapshot refers to as well. `packed`: compressed data. `none`: nothing of this image is stored.
   */
  readonly place: 'own' | 'shared' | 'packed' | 'none'
  /** Of the host cluster; 0 where there is none. */
  readonly hostOffset: HostOffset
  /** Subclusters whose content is in the host cluster. */
  readonly data: UnitMask
  /** Subclusters that read as zeroes, whatever the host cluster holds. */
  readonly zero: UnitMask
}

export interface StateRules {
  readonly geometry: Geometry
  readonly version: 2 | 3
  /** Guest clusters are in an external data file: nothing there is shared, and offset 0 is a place. */
  readonly hasDataFile: boolean
}

/** All subclusters of a cluster. */
export const allUnits = (geometry: Geometry): UnitMask =>
  geometry.hasSubclusters ? 0xffff_ffff : 1

/** The subclusters that bytes `from` (inside a cluster) to `to` (first one after) touch. */
export function unitsTouched(geometry: Geometry, from: number, to: number): UnitMask {
  if (!geometry.hasSubclusters) return 1
  const first = Math.floor(from / geometry.subclusterSize)
  const last = Math.floor((to - 1) / geometry.subclusterSize)
  const count = last - first + 1
  return count === SUBCLUSTERS ? 0xffff_ffff : ((2 ** count - 1) << first) >>> 0
}

/** The state an entry describes, or `invalid` where it contradicts itself: nobody may build on that. */
export function clusterState(
  { high, low, alloc, zeroes }: Readonly<EntryWords>,
  { geometry, version, hasDataFile }: StateRules,
): ClusterState | 'invalid' {
  if (isCompressed(high)) {
    if (hasDataFile) return 'invalid'
    return { place: 'packed', hostOffset: hostOffset(0), data: 0, zero: 0 }
  }
  const copied = (high & COPIED_HIGH) !== 0
  const zeroFlag = !geometry.hasSubclusters && (low & ZERO_LOW) !== 0
  const offset = entryOffset(high, low)
  const stored = offset !== 0 || (hasDataFile && copied && !zeroFlag)
  if (!isAligned(offset, geometry.clusterSize) || (zeroFlag && version < 3)) return 'invalid'

  const place = !stored ? 'none' : copied || hasDataFile ? 'own' : 'shared'
  if (!geometry.hasSubclusters) {
    const zero = zeroFlag ? 1 : 0
    return { place, hostOffset: hostOffset(offset), data: stored ? 1 - zero : 0, zero }
  }
  if ((alloc & zeroes) !== 0 || (!stored && alloc !== 0)) return 'invalid'
  return { place, hostOffset: hostOffset(offset), data: alloc, zero: zeroes }
}

/** The entry for a state; `packed` entries are made by what packs. */
export function entryWords(
  { place, hostOffset: offset, data, zero }: ClusterState,
  { geometry }: Pick<StateRules, 'geometry'>,
): EntryWords {
  const copied = place === 'own' ? COPIED_HIGH : 0
  const high = (copied | Math.floor(offset / HIGH_UNIT)) >>> 0
  const low = offset % HIGH_UNIT
  if (geometry.hasSubclusters) return { high, low, alloc: data, zeroes: zero }
  return { high, low: zero === 0 ? low : (low | ZERO_LOW) >>> 0, alloc: 0, zeroes: 0 }
}
