import { alignUp, ceilDiv } from '../../base/bits.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { readBitmaps } from '../bitmap-list.ts'
import { L1_ENTRY_BYTES, SECTOR } from '../format/constants.ts'
import type { BitmapEntry } from '../format/bitmap-directory.ts'
import { extensionTypes } from '../format/extensions.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { encodeSnapshotEntry, type SnapshotEntry } from '../format/snapshot-table.ts'
import { readSnapshots } from '../snapshots.ts'

/** A structure of one or more neighbouring clusters that is found by one pointer. */
export interface StructureRun {
  readonly kind:
    'l1' | 'snapshot-l1' | 'refcount-table' | 'snapshot-table' | 'bitmap-directory' | 'bitmap-table'
  /** First host cluster, and how many. */
  readonly first: number
  readonly clusters: number
  /** Number of the snapshot or bitmap in its table; 0 for the others. */
  readonly owner: number
  /**
   * Where the pointer to it is: a byte of the header (`in` is undefined), or a byte of the structure that
   * holds it. Eight bytes that no sector border cuts.
   */
  readonly pointer: {
    readonly in: 'snapshot-table' | 'bitmap-directory' | undefined
    readonly at: number
  }
}

/** The structures of an image that are not single clusters, and what they list. */
export interface Structures {
  readonly runs: readonly StructureRun[]
  /** Without a pointer that could be changed in one piece: these stay where they are. */
  readonly unmovable: readonly StructureRun[]
  readonly snapshots: readonly SnapshotEntry[]
  readonly bitmaps: readonly BitmapEntry[]
}

/** Throws what `readSnapshots` and `readBitmaps` throw. */
export function structuresOf(file: BlockFile, area: HeaderArea): Structures {
  const { header, geometry } = area
  const { clusterSize } = geometry
  const runs: StructureRun[] = []
  const unmovable: StructureRun[] = []
  const add = (
    kind: StructureRun['kind'],
    { offset, bytes, owner = 0 }: { offset: number; bytes: number; owner?: number },
    pointer: StructureRun['pointer'],
  ) => {
    if (bytes === 0) return
    const first = offset / clusterSize
    const run = { kind, first, clusters: ceilDiv(bytes, clusterSize), owner, pointer }
    const isTorn = (pointer.at % SECTOR) + 8 > SECTOR
    if (isTorn) unmovable.push(run)
    else runs.push(run)
  }

  const l1Bytes = header.l1Size * L1_ENTRY_BYTES
  add('l1', { offset: header.l1TableOffset, bytes: l1Bytes }, inHeader(headerPointers.l1))
  add(
    'refcount-table',
    { offset: header.refcountTableOffset, bytes: header.refcountTableClusters * clusterSize },
    inHeader(headerPointers.refcountTable),
  )

  const snapshots = readSnapshots(file, header)
  let at = 0
  for (const [owner, entry] of snapshots.entries()) {
    const bytes = entry.l1Size * L1_ENTRY_BYTES
    add('snapshot-l1', { offset: entry.l1TableOffset, bytes, owner }, { in: 'snapshot-table', at })
    at += encodeSnapshotEntry(entry).length
  }
  const table = { offset: header.snapshotsOffset, bytes: at }
  add('snapshot-table', table, inHeader(headerPointers.snapshotTable))

  const bitmaps = readBitmaps(file, area)
  at = 0
  for (const [owner, entry] of bitmaps.entries()) {
    const bytes = entry.tableSize * 8
    const pointer = { in: 'bitmap-directory', at } as const
    add('bitmap-table', { offset: entry.tableOffset, bytes, owner }, pointer)
    at += bitmapEntryBytes(entry)
  }
  if (area.bitmaps !== undefined) {
    const { directoryOffset: offset, directorySize: bytes } = area.bitmaps
    add('bitmap-directory', { offset, bytes }, inHeader(directoryPointerAt(area)))
  }
  return { runs, unmovable, snapshots, bitmaps }
}

/** Bytes of the header's fields (qcow2 specification, "Header"). */
const headerPointers = { l1: 40, refcountTable: 48, snapshotTable: 64 } as const

const inHeader = (at: number) => ({ in: undefined, at })

/** qcow2 specification, "Bitmap directory": 24 bytes, extra data, name, padding to a multiple of 8. */
const bitmapEntryBytes = ({ extraData, rawName }: BitmapEntry): number =>
  alignUp(24 + extraData.length + rawName.length, 8)

/** The directory's offset is the last field of the bitmaps extension, 16 bytes into its data. */
function directoryPointerAt({ header, extensions }: HeaderArea): number {
  let at = header.headerLength
  // The last one counts, as for the decoder.
  let found = 0
  for (const { type, data } of extensions) {
    if (type === extensionTypes.bitmaps) found = at + 8 + 16
    at += 8 + alignUp(data.length, 8)
  }
  return found
}
