import { ceilDiv } from '../../base/bits.ts'
import type { Stretch } from '../create/image-layout.ts'
import { REFCOUNT_TABLE_ENTRY_BYTES } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import type { DataClusters } from './data-clusters.ts'
import { EncodedSpace } from './encoded-space.ts'
import { l1LengthFor } from './image-plan.ts'

/** Where everything is in an image of plain clusters, known before its first byte is written. */
export interface StreamLayout {
  readonly refcountTable: Stretch
  /** Ascending. */
  readonly blockOffsets: readonly number[]
  readonly l1Offset: number
  readonly l1Length: number
  /** Of the tables that refer to something, by their place in the L1 table. */
  readonly l2Offsets: ReadonlyMap<number, number>
  /** Clusters of the file, each with one reference. */
  readonly clusters: number
  /** Bytes. */
  readonly fileLength: number
}

/** `geometry`: of the disk. Throws `image-full`. */
export function layOutStream(path: string, geometry: Geometry, data: DataClusters): StreamLayout {
  let tableClusters = 1
  for (;;) {
    const layout = layOutWith(path, { geometry, data, tableClusters })
    const { clusterSize } = geometry
    if (layout.refcountTable.offset === clusterSize) return layout
    // Everything has to be known when it is written, so the table cannot go to the end.
    const bytes = layout.blockOffsets.length * REFCOUNT_TABLE_ENTRY_BYTES
    tableClusters = Math.max(tableClusters + 1, ceilDiv(bytes, clusterSize))
  }
}

function layOutWith(
  path: string,
  {
    geometry,
    data,
    tableClusters,
  }: {
    readonly geometry: Geometry
    readonly data: DataClusters
    readonly tableClusters: number
  },
): StreamLayout {
  const { clusterSize, virtualSize } = geometry
  const l1Length = l1LengthFor(geometry, virtualSize)
  const l1Clusters = ceilDiv(l1Length, clusterSize)
  const space = new EncodedSpace({ path, geometry, tableClusters, l1Clusters })
  const l2Offsets = new Map<number, number>()
  for (const table of data.tables) {
    l2Offsets.set(table, space.takeOne())
    for (const _ of data.entriesOf(table)) space.takeOne()
    // Nobody needs their counts, which are ones.
    for (const _ of space.settled()) continue
  }
  const { table, blockOffsets } = space.finish()
  const isL1Last = l1Length > 0 && space.end === space.l1Offset + l1Clusters * clusterSize
  return {
    refcountTable: table,
    blockOffsets,
    l1Offset: space.l1Offset,
    l1Length,
    l2Offsets,
    clusters: space.end / clusterSize,
    fileLength: isL1Last ? space.l1Offset + l1Length : space.end,
  }
}
