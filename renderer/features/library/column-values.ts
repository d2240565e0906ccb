/** What each column of the library is worth when rows are put in order. */
import type { Health, LibraryRow } from '../../../ipc/schemas/library.ts'

export const columnIds = [
  'health',
  'name',
  'status',
  'onDisk',
  'reclaimable',
  'virtualSize',
  'usedBy',
  'allocated',
  'format',
  'snapshots',
  'backing',
  'lastCheck',
  'fileLength',
  'children',
  'clusterSize',
  'compression',
  'encryption',
  'extendedL2',
  'refcountBits',
  'lazyRefcounts',
  'bitmaps',
  'fragmentation',
  'sha256',
  'used',
  'modified',
  'created',
  'added',
  'location',
] as const
export type ColumnId = (typeof columnIds)[number]

/** Worst first, so that one press on the column brings up what needs care. */
const severity: Readonly<Record<Health, number>> = {
  damaged: 0,
  'needs-repair': 1,
  'cannot-read': 2,
  dirty: 3,
  'untrusted-links': 4,
  leaks: 5,
  'not-checked': 6,
  healthy: 7,
}

/** Share of the virtual disk that takes room on the host; above 1 for an image with much of its own. */
export function allocatedShare(row: LibraryRow): number | undefined {
  if (row.virtualSize === undefined || row.virtualSize === 0) return undefined
  return row.onDisk === undefined ? undefined : row.onDisk / row.virtualSize
}

const flag = (value: boolean | undefined): number | undefined =>
  value === undefined ? undefined : Number(value)

const statusRank = (row: LibraryRow): number =>
  row.missingSince !== undefined
    ? 0
    : row.error !== undefined
      ? 1
      : row.use.state === 'writing'
        ? 2
        : row.use.state === 'reading'
          ? 3
          : row.use.state === 'unknown'
            ? 4
            : row.readOnly
              ? 5
              : 6

/** Undefined is "not known". */
export const columnValues: Readonly<
  Record<ColumnId, (row: LibraryRow) => string | number | undefined>
> = {
  health: (row) => severity[row.health],
  name: (row) => row.name,
  status: statusRank,
  format: (row) => row.formatLabel,
  virtualSize: (row) => row.virtualSize,
  onDisk: (row) => row.onDisk,
  allocated: allocatedShare,
  reclaimable: (row) => row.reclaimable?.bytes,
  snapshots: (row) => row.snapshotCount,
  backing: (row) => row.backing?.name,
  usedBy: (row) => row.usedBy[0]?.vm,
  lastCheck: (row) => row.lastCheckAt,
  fileLength: (row) => row.fileLength,
  children: (row) => row.childCount,
  clusterSize: (row) => row.clusterSize,
  compression: (row) => row.compressionType,
  encryption: (row) => row.encryption,
  extendedL2: (row) => flag(row.extendedL2),
  refcountBits: (row) => row.refcountBits,
  lazyRefcounts: (row) => flag(row.lazyRefcounts),
  bitmaps: (row) => row.bitmapCount,
  fragmentation: (row) => row.fragmentation,
  sha256: (row) => row.contentSha256,
  used: (row) => row.usedAt,
  modified: (row) => row.modifiedAt,
  created: (row) => row.createdAt,
  added: (row) => row.addedAt,
  location: (row) => row.location,
}

export const isColumnId = (id: string): id is ColumnId =>
  (columnIds as readonly string[]).includes(id)
