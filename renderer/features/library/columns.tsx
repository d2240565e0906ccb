import type { ReactNode } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { formatCount, formatPercent } from '../../format/counts.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { AllocatedBar } from './allocated-bar.tsx'
import { allocatedShare, type ColumnId } from './column-values.ts'
import { HealthBadge } from './health-badge.tsx'
import { StatusCell } from './status-cell.tsx'

export interface CellContext {
  readonly units: ByteUnits
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface Column {
  readonly id: ColumnId
  readonly title: string
  /** Pixels unless the person chose another width. */
  readonly width: number
  readonly shown: boolean
  readonly end?: boolean
  readonly cell: (row: LibraryRow, context: CellContext) => ReactNode
  /** On hover: the exact value, or what did not fit. */
  readonly hint?: (row: LibraryRow) => string | undefined
}

const unknown = <span className="library-unknown">–</span>

const text = (value: string | undefined): ReactNode => value ?? unknown

const bytes = (value: number | undefined, { units }: CellContext): ReactNode =>
  value === undefined ? unknown : formatBytes(value, units)

const yesNo = (value: boolean | undefined): ReactNode =>
  value === undefined ? unknown : value ? 'Yes' : 'No'

const exactly = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : exactBytes(value)

const date = (value: number | undefined, { now }: CellContext): ReactNode =>
  value === undefined ? unknown : relativeDate(value, now)

const dateHint = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : exactDate(value)

function backing(row: LibraryRow): ReactNode {
  if (row.backing === undefined) return row.format === 'qcow2' ? 'None' : unknown
  const { name, state } = row.backing
  const words = {
    present: '',
    missing: ' (missing)',
    outside: ' (outside)',
    'not-a-path': ' (no file)',
  }
  return (
    <span className={state === 'present' ? undefined : 'library-backing-broken'}>
      {name}
      {words[state]}
    </span>
  )
}

/** In their default order. Widths are those of product.md U2. */
export const columns: readonly Column[] = [
  {
    id: 'health',
    title: 'Health',
    width: 148,
    shown: true,
    cell: (row) => <HealthBadge row={row} />,
  },
  {
    id: 'name',
    title: 'Name',
    width: 230,
    shown: true,
    cell: (row) => row.name,
    hint: (row) => row.path,
  },
  {
    id: 'status',
    title: 'Status',
    width: 150,
    shown: true,
    cell: (row, { now }) => <StatusCell row={row} now={now} />,
  },
  {
    id: 'format',
    title: 'Format',
    width: 112,
    shown: true,
    cell: (row) => row.formatLabel,
    hint: (row) => row.formatLabel,
  },
  {
    id: 'virtualSize',
    title: 'Virtual size',
    width: 96,
    shown: true,
    end: true,
    cell: (row, context) => bytes(row.virtualSize, context),
    hint: (row) => exactly(row.virtualSize),
  },
  {
    id: 'onDisk',
    title: 'On disk',
    width: 88,
    shown: true,
    end: true,
    cell: (row, context) => bytes(row.onDisk, context),
    hint: (row) => exactly(row.onDisk),
  },
  {
    id: 'allocated',
    title: 'Allocated',
    width: 112,
    shown: true,
    cell: (row) => <AllocatedBar share={allocatedShare(row)} />,
  },
  {
    id: 'snapshots',
    title: 'Snapshots',
    width: 84,
    shown: true,
    end: true,
    cell: (row) => (row.snapshotCount === undefined ? unknown : formatCount(row.snapshotCount)),
  },
  {
    id: 'backing',
    title: 'Backing',
    width: 150,
    shown: true,
    cell: backing,
    hint: (row) => row.backing?.target ?? row.backing?.name,
  },
  {
    id: 'lastCheck',
    title: 'Last check',
    width: 108,
    shown: true,
    cell: (row, context) =>
      row.lastCheckAt === undefined ? (
        <span className="library-unknown">Never</span>
      ) : (
        date(row.lastCheckAt, context)
      ),
    hint: (row) => dateHint(row.lastCheckAt),
  },
  {
    id: 'fileLength',
    title: 'File length',
    width: 96,
    shown: false,
    end: true,
    cell: (row, context) => bytes(row.fileLength, context),
    hint: (row) => exactly(row.fileLength),
  },
  {
    id: 'clusterSize',
    title: 'Cluster size',
    width: 96,
    shown: false,
    end: true,
    cell: (row, context) => bytes(row.clusterSize, { ...context, units: 'binary' }),
    hint: (row) => exactly(row.clusterSize),
  },
  {
    id: 'compression',
    title: 'Compression',
    width: 104,
    shown: false,
    cell: (row) => text(row.compressionType),
  },
  {
    id: 'encryption',
    title: 'Encryption',
    width: 92,
    shown: false,
    cell: (row) => text(row.encryption === 'none' ? 'None' : row.encryption?.toUpperCase()),
  },
  {
    id: 'extendedL2',
    title: 'Extended L2',
    width: 96,
    shown: false,
    cell: (row) => yesNo(row.extendedL2),
  },
  {
    id: 'refcountBits',
    title: 'Refcount bits',
    width: 104,
    shown: false,
    end: true,
    cell: (row) => text(row.refcountBits?.toString()),
  },
  {
    id: 'lazyRefcounts',
    title: 'Lazy refcounts',
    width: 112,
    shown: false,
    cell: (row) => yesNo(row.lazyRefcounts),
  },
  {
    id: 'bitmaps',
    title: 'Bitmaps',
    width: 80,
    shown: false,
    end: true,
    cell: (row) => text(row.bitmapCount?.toString()),
  },
  {
    id: 'fragmentation',
    title: 'Fragmentation',
    width: 112,
    shown: false,
    end: true,
    cell: (row) =>
      text(row.fragmentation === undefined ? undefined : formatPercent(row.fragmentation)),
  },
  {
    id: 'sha256',
    title: 'SHA-256',
    width: 120,
    shown: false,
    cell: (row) =>
      row.contentSha256 === undefined ? (
        unknown
      ) : (
        <span className={row.hashStale ? 'mono library-unknown' : 'mono'}>
          {row.contentSha256.slice(0, 12)}
          {row.hashStale && ' (old)'}
        </span>
      ),
    hint: (row) => row.contentSha256,
  },
  {
    id: 'modified',
    title: 'Modified',
    width: 108,
    shown: false,
    cell: (row, context) => date(row.modifiedAt, context),
    hint: (row) => dateHint(row.modifiedAt),
  },
  {
    id: 'created',
    title: 'Created',
    width: 108,
    shown: false,
    cell: (row, context) => date(row.createdAt, context),
    hint: (row) => dateHint(row.createdAt),
  },
  {
    id: 'added',
    title: 'Added',
    width: 108,
    shown: false,
    cell: (row, context) => date(row.addedAt, context),
    hint: (row) => dateHint(row.addedAt),
  },
  {
    id: 'location',
    title: 'Location',
    width: 220,
    shown: false,
    cell: (row) => row.location,
    hint: (row) => row.location,
  },
]
