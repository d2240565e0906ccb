import { alignDown, ceilDiv, pow2 } from '../../base/bits.ts'
import { SECTOR, SUBCLUSTERS } from './constants.ts'
import { hasIncompatible } from './features.ts'
import type { Qcow2Header } from './header.ts'

/** The sizes that follow from a header that header-rules.ts has accepted. All in bytes unless named otherwise. */
export interface Geometry {
  readonly clusterBits: number
  readonly clusterSize: number
  /** What the guest sees: the header's size rounded down to whole sectors, as QEMU does. */
  readonly virtualSize: number
  /** Guest clusters, the last one possibly cut. */
  readonly guestClusters: number
  readonly hasSubclusters: boolean
  /** 8, or 16 with extended L2 entries. */
  readonly l2EntryBytes: number
  readonly l2Entries: number
  /** Guest bytes that one L2 table maps. */
  readonly l2Coverage: number
  /** L1 entries that the virtual size needs; the table may have more. */
  readonly l1EntriesNeeded: number
  /** A cluster without subclusters is one subcluster. */
  readonly subclusterSize: number
  readonly refcountOrder: number
  readonly refcountBits: number
  /** Clusters that one refcount block counts. */
  readonly refcountBlockEntries: number
  /** Bits of a compressed cluster descriptor that are the host offset; the rest counts sectors. */
  readonly compressedOffsetBits: number
}

export function geometryOf(header: Qcow2Header): Geometry {
  const { clusterBits, refcountOrder } = header
  const clusterSize = pow2(clusterBits)
  const hasSubclusters = hasIncompatible(header.incompatibleFeatures, 'extendedL2')
  const l2EntryBytes = hasSubclusters ? 16 : 8
  const l2Entries = clusterSize / l2EntryBytes
  const l2Coverage = clusterSize * l2Entries
  const virtualSize = alignDown(header.size, SECTOR)
  return Object.freeze({
    clusterBits,
    clusterSize,
    virtualSize,
    guestClusters: ceilDiv(virtualSize, clusterSize),
    hasSubclusters,
    l2EntryBytes,
    l2Entries,
    l2Coverage,
    l1EntriesNeeded: ceilDiv(header.size, l2Coverage),
    subclusterSize: hasSubclusters ? clusterSize / SUBCLUSTERS : clusterSize,
    refcountOrder,
    refcountBits: pow2(refcountOrder),
    refcountBlockEntries: (clusterSize * 8) / pow2(refcountOrder),
    compressedOffsetBits: 62 - (clusterBits - 8),
  })
}
