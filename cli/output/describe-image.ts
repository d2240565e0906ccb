import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  type ChainLink,
  type ClusterCounts,
  type ImageInfo,
  type Qcow2Info,
} from '../../core/index.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import type { Paint } from '../terminal/style.ts'
import { formatTable } from '../terminal/table.ts'
import { exactBytes } from './exact-bytes.ts'
import { wordsForUse } from './words-for-use.ts'

/** `platter info` for people: facts in two columns, then snapshots and bitmaps as tables. */
export function describeImage(path: string, info: ImageInfo, paint: Paint): string {
  const facts: Fact[] = [
    ['Format', info.qcow2 === undefined ? info.format : `qcow2 v${info.qcow2.version}`],
    ['Virtual size', exactBytes(info.virtualSize)],
    [
      'On disk',
      `${formatBytes(info.allocatedBytes)} stored, file length ${exactBytes(info.fileLength)}`,
    ],
    ['Modified', formatInstant(info.modifiedAt)],
    ['Use', wordsForUse(info.use)],
  ]
  if (info.qcow2 !== undefined) facts.push(...qcow2Facts(info.qcow2))
  if (info.clusters !== undefined) facts.push(['Clusters', clusterWords(info.clusters)])
  for (const [index, link] of info.chain.entries()) {
    if (index > 0)
      facts.push([link.role === 'data file' ? 'Data file' : 'Backing file', linkWords(link)])
  }
  const parts = [paint(printable(path), 'strong'), formatFacts(facts, paint)]
  if (info.snapshots.length > 0) parts.push(snapshotTable(info, paint))
  if (info.qcow2 !== undefined && info.qcow2.bitmaps.length > 0) {
    parts.push(bitmapTable(info.qcow2, paint))
  }
  return parts.join('\n')
}

function qcow2Facts(qcow2: Qcow2Info): Fact[] {
  const facts: Fact[] = [
    ['Cluster size', formatBytes(qcow2.clusterSize)],
    ['Compression', qcow2.compressionType],
    ['Refcounts', `${qcow2.refcountBits} bits${qcow2.lazyRefcounts ? ', lazy' : ''}`],
  ]
  const marks = [
    qcow2.extendedL2 ? 'extended L2 entries' : '',
    qcow2.dataFileRaw ? 'raw external data' : '',
    qcow2.dirty ? 'dirty: was not closed' : '',
    qcow2.corrupt ? 'marked corrupt' : '',
  ].filter((mark) => mark !== '')
  if (marks.length > 0) facts.push(['Marks', marks.join(', ')])
  if (qcow2.encryption !== 'none') facts.push(['Encryption', qcow2.encryption.toUpperCase()])
  return facts
}

function clusterWords(counts: ClusterCounts): string {
  const zero = counts.zeroPlain + counts.zeroAllocated
  const stored = counts.normal + counts.compressed + counts.zeroAllocated
  const share = counts.total === 0 ? 0 : (stored / counts.total) * 100
  const parts = [
    `${formatCount(stored)} of ${formatCount(counts.total)} allocated (${share.toFixed(1)} %)`,
    counts.compressed > 0 ? `${formatCount(counts.compressed)} compressed` : '',
    zero > 0 ? `${formatCount(zero)} zero` : '',
    counts.fragmented > 0 ? `${formatCount(counts.fragmented)} fragmented` : '',
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function linkWords({ name, format, formatAssumed, state, error }: ChainLink): string {
  const words = {
    open: formatAssumed ? 'read as raw: nothing says its format' : (format ?? ''),
    refused: "not opened: outside the image's folder; --links allow opens it",
    missing: 'missing',
    'not-a-path': 'not a file name: never opened',
    loop: 'leads back to an image of this chain',
    'too-deep': 'the chain goes on too far',
    unreadable: error?.explanation.title ?? 'cannot be read',
  }[state]
  return words === '' ? name : `${name} (${words})`
}

function snapshotTable(info: ImageInfo, paint: Paint): string {
  const columns = [
    { title: 'SNAPSHOT' },
    { title: 'NAME' },
    { title: 'TAKEN' },
    { title: 'DISK', align: 'right' },
    { title: 'VM STATE', align: 'right' },
    { title: 'VM CLOCK', align: 'right' },
  ] as const
  const rows = info.snapshots.map((snapshot) => [
    snapshot.id,
    snapshot.name,
    formatInstant(snapshot.createdAt),
    formatBytes(snapshot.diskSize),
    snapshot.vmStateSize === 0 ? '-' : formatBytes(snapshot.vmStateSize),
    snapshot.vmClockMs === 0 ? '-' : formatDuration(snapshot.vmClockMs),
  ])
  return `\n${formatTable(columns, rows, { paint, indent: 2 })}`
}

function bitmapTable({ bitmaps }: Qcow2Info, paint: Paint): string {
  const columns = [
    { title: 'BITMAP' },
    { title: 'GRANULARITY', align: 'right' },
    { title: 'FLAGS' },
  ] as const
  const rows = bitmaps.map(({ name, granularity, flags }) => [
    name,
    formatBytes(granularity),
    flags.join(', '),
  ])
  return `\n${formatTable(columns, rows, { paint, indent: 2 })}`
}
