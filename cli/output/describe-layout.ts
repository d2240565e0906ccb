import {
  formatBytes,
  unreachable,
  type DiskLayout,
  type FileSystem,
  type SafeBecause,
} from '../../core/index.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import type { Paint } from '../terminal/style.ts'
import { formatTable } from '../terminal/table.ts'
import { exactBytes } from './exact-bytes.ts'

/** What lies on a disk, below what is known of its image. */
export function describeLayout(layout: DiskLayout, paint: Paint): string {
  const { table, wholeDisk, safeSize, safeBecause } = layout
  const facts: Fact[] = [['Partition table', tableWords(layout)]]
  if (table?.fault !== undefined) facts.push(['Fault', table.fault])
  if (table?.kind === 'gpt') {
    const { backupHeaderAt: at } = table
    facts.push(['Second copy', at === undefined ? 'none that is sound' : placeWords(layout, at)])
  }
  if (wholeDisk !== undefined) facts.push(['File system', fileSystemWords(wholeDisk)])
  if (safeSize !== undefined && safeBecause !== undefined) {
    facts.push(['Smallest size that keeps all', exactBytes(safeSize)])
    facts.push(['Decided by', reasonWords(safeBecause)])
  }
  const partitions = layout.partitions.length === 0 ? '' : `\n${partitionTable(layout, paint)}`
  return `\n${formatFacts(facts, paint)}${partitions}`
}

function tableWords({ table, partitions }: DiskLayout): string {
  if (table === undefined) return 'none'
  const kind = table.kind === 'gpt' ? 'GPT' : 'MBR'
  const empty = partitions.length === 0 ? ', without partitions' : ''
  return `${kind}, sectors of ${table.sectorSize} bytes${empty}`
}

const placeWords = ({ virtualSize, table }: DiskLayout, at: number): string =>
  at + (table?.sectorSize ?? 0) === virtualSize
    ? 'at the end of the disk'
    : `at ${exactBytes(at)}, not at the end of the disk`

const fileSystemWords = ({ kind, label, size }: FileSystem): string =>
  [
    kind,
    ...(label === undefined ? [] : [`"${label}"`]),
    ...(size === undefined ? [] : [`of ${formatBytes(size)}`]),
  ].join(' ')

function reasonWords(because: SafeBecause): string {
  switch (because.kind) {
    case 'partition':
      return `the end of partition ${because.number}`
    case 'file-system':
      return because.number === undefined
        ? 'the file system on the disk'
        : `the file system of partition ${because.number}, which is larger than the partition`
    case 'content':
      return 'the last byte that is not zero'
    default:
      return unreachable(because)
  }
}

function partitionTable({ partitions }: DiskLayout, paint: Paint): string {
  const columns = [
    { title: 'PARTITION', align: 'right' },
    { title: 'START', align: 'right' },
    { title: 'SIZE', align: 'right' },
    { title: 'TYPE' },
    { title: 'NAME' },
    { title: 'FILE SYSTEM' },
  ] as const
  const rows = partitions.map(({ number, start, end, typeName, name, fileSystem }) => [
    String(number),
    formatBytes(start),
    formatBytes(end - start),
    typeName ?? 'unknown',
    name ?? '-',
    fileSystem === undefined ? '-' : fileSystemWords(fileSystem),
  ])
  return `\n${formatTable(columns, rows, { paint, indent: 2 })}`
}
