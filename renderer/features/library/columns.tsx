import type { ReactNode } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { formatCount, formatPercent } from '../../format/counts.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { AllocatedBar } from './allocated-bar.tsx'
import { texts } from '../../texts/texts.ts'
import { allocatedShare, type ColumnId } from './column-values.ts'
import { formatWords } from './format-words.ts'
import { HealthBadge } from './health-badge.tsx'
import { Reclaimable, reclaimableHint } from './reclaimable.tsx'
import { StatusCell } from './status-cell.tsx'
import { UsedBy, usedByHint } from './used-by.tsx'

export interface CellContext {
  readonly units: ByteUnits
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface Column {
  readonly id: ColumnId
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
  value === undefined ? unknown : value ? texts().library.cells.yes : texts().library.cells.no

const exactly = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : exactBytes(value)

const date = (value: number | undefined, { now }: CellContext): ReactNode =>
  value === undefined ? unknown : relativeDate(value, now)

const dateHint = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : exactDate(value)

function backing(row: LibraryRow): ReactNode {
  const { cells } = texts().library
  if (row.backing === undefined) return row.format === 'qcow2' ? cells.none : unknown
  const { name, state } = row.backing
  return (
    <span className={state === 'present' ? undefined : 'library-backing-broken'}>
      {name}
      {cells.backing[state]}
    </span>
  )
}

export const columnTitle = (id: ColumnId): string => texts().library.columns[id]

/** In their default order: in a window of 1280 pixels the first nine are in sight, five of them beside the inspector. */
export const columns: readonly Column[] = [
  {
    id: 'health',
    width: 144,
    shown: true,
    cell: (row) => <HealthBadge row={row} />,
  },
  {
    id: 'name',
    width: 170,
    shown: true,
    cell: (row) => row.name,
    hint: (row) => row.path,
  },
  {
    id: 'status',
    width: 146,
    shown: true,
    cell: (row, { now }) => <StatusCell row={row} now={now} />,
  },
  {
    id: 'onDisk',
    width: 84,
    shown: true,
    end: true,
    cell: (row, context) => bytes(row.onDisk, context),
    hint: (row) => exactly(row.onDisk),
  },
  {
    id: 'reclaimable',
    width: 98,
    shown: true,
    end: true,
    cell: (row, { units }) => <Reclaimable row={row} units={units} />,
    hint: reclaimableHint,
  },
  {
    id: 'virtualSize',
    width: 100,
    shown: true,
    end: true,
    cell: (row, context) => bytes(row.virtualSize, context),
    hint: (row) => exactly(row.virtualSize),
  },
  {
    id: 'usedBy',
    width: 106,
    shown: true,
    cell: (row) => <UsedBy row={row} />,
    hint: usedByHint,
  },
  {
    id: 'allocated',
    width: 92,
    shown: true,
    cell: (row) => <AllocatedBar share={allocatedShare(row)} />,
  },
  {
    id: 'format',
    width: 88,
    shown: true,
    cell: formatWords,
    hint: formatWords,
  },
  {
    id: 'snapshots',
    width: 84,
    shown: true,
    end: true,
    cell: (row) => (row.snapshotCount === undefined ? unknown : formatCount(row.snapshotCount)),
  },
  {
    id: 'backing',
    width: 140,
    shown: true,
    cell: backing,
    hint: (row) => row.backing?.target ?? row.backing?.name,
  },
  {
    id: 'lastCheck',
    width: 108,
    shown: true,
    cell: (row, context) =>
      row.lastCheckAt === undefined ? (
        <span className="library-unknown">{texts().library.cells.never}</span>
      ) : (
        date(row.lastCheckAt, context)
      ),
    hint: (row) => dateHint(row.lastCheckAt),
  },
  {
    id: 'fileLength',
    width: 96,
    shown: false,
    end: true,
    cell: (row, context) => bytes(row.fileLength, context),
    hint: (row) => exactly(row.fileLength),
  },
  {
    id: 'children',
    width: 80,
    shown: false,
    end: true,
    cell: (row) => formatCount(row.childCount),
  },
  {
    id: 'clusterSize',
    width: 96,
    shown: false,
    end: true,
    cell: (row, context) => bytes(row.clusterSize, { ...context, units: 'binary' }),
    hint: (row) => exactly(row.clusterSize),
  },
  {
    id: 'compression',
    width: 104,
    shown: false,
    cell: (row) => text(row.compressionType),
  },
  {
    id: 'encryption',
    width: 92,
    shown: false,
    cell: (row) =>
      text(row.encryption === 'none' ? texts().library.cells.none : row.encryption?.toUpperCase()),
  },
  {
    id: 'extendedL2',
    width: 96,
    shown: false,
    cell: (row) => yesNo(row.extendedL2),
  },
  {
    id: 'refcountBits',
    width: 104,
    shown: false,
    end: true,
    cell: (row) => text(row.refcountBits?.toString()),
  },
  {
    id: 'lazyRefcounts',
    width: 112,
    shown: false,
    cell: (row) => yesNo(row.lazyRefcounts),
  },
  {
    id: 'bitmaps',
    width: 80,
    shown: false,
    end: true,
    cell: (row) => text(row.bitmapCount?.toString()),
  },
  {
    id: 'fragmentation',
    width: 112,
    shown: false,
    end: true,
    cell: (row) =>
      text(row.fragmentation === undefined ? undefined : formatPercent(row.fragmentation)),
  },
  {
    id: 'sha256',
    width: 120,
    shown: false,
    cell: (row) =>
      row.contentSha256 === undefined ? (
        unknown
      ) : (
        <span className={row.hashStale ? 'mono library-unknown' : 'mono'}>
          {row.contentSha256.slice(0, 12)}
          {row.hashStale && texts().library.cells.oldHash}
        </span>
      ),
    hint: (row) => row.contentSha256,
  },
  {
    id: 'used',
    width: 108,
    shown: false,
    cell: (row, context) => date(row.usedAt, context),
    hint: (row) => dateHint(row.usedAt),
  },
  {
    id: 'modified',
    width: 108,
    shown: false,
    cell: (row, context) => date(row.modifiedAt, context),
    hint: (row) => dateHint(row.modifiedAt),
  },
  {
    id: 'created',
    width: 108,
    shown: false,
    cell: (row, context) => date(row.createdAt, context),
    hint: (row) => dateHint(row.createdAt),
  },
  {
    id: 'added',
    width: 108,
    shown: false,
    cell: (row, context) => date(row.addedAt, context),
    hint: (row) => dateHint(row.addedAt),
  },
  {
    id: 'location',
    width: 220,
    shown: false,
    cell: (row) => row.location,
    hint: (row) => row.location,
  },
]
