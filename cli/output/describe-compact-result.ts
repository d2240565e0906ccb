import {
  compactionWords,
  compactModeWords,
  formatBytes,
  formatCount,
  formatDuration,
  formatPlural,
  type CompactPlan,
  type CompactReceipt,
  type CompactResult,
  type FileExtent,
} from '../../core/index.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import type { Paint } from '../terminal/style.ts'
import { formatTable } from '../terminal/table.ts'
import { causeFacts, changeWords, extentFacts, keptFact, reasonWords } from './compact-words.ts'

export interface ResultLayout {
  readonly path: string
  readonly paint: Paint
}

/** What compacting came to: the space by cause, before and after, and the receipt. */
export function describeCompactResult(
  plan: CompactPlan,
  result: CompactResult,
  { path, paint }: ResultLayout,
): string {
  const name = paint(printable(path), 'strong')
  if (result.outcome === 'nothing-to-do') {
    const lines = [`${name}: nothing to give back, so nothing was written`]
    if (result.advice === 'discard-in-guest') lines.push(trimAdvice)
    return lines.join('\n')
  }
  const { receipt, mode, because, dataFile, originalKeptAs } = result
  // What was found by then; the plan may only have guessed.
  const causes = { ...plan.causes, zeroBytes: receipt.zeroBytes, zeroMarginBytes: 0 }
  const facts: Fact[] = [
    ...causeFacts({ ...plan, causes }),
    ...extentFacts(result.before, result.after),
    ...(dataFile === undefined ? [] : dataFileFacts(dataFile)),
    keptFact(plan),
  ]
  if (mode !== undefined) {
    const why = because === undefined ? '' : `: ${reasonWords[because]}`
    facts.push(['Mode', `${compactModeWords[mode]}${why}`])
  }
  facts.push(['Work', workWords(receipt)])
  if (originalKeptAs !== undefined) facts.push(['Original', `kept as ${originalKeptAs}`])
  facts.push(['Proof', proofWords(receipt)])
  const parts = [`${name}: ${paint(compactionWords(result), 'good')}`, formatFacts(facts, paint)]
  if (receipt.states.length > 0) parts.push('', stateTable(receipt, paint))
  return parts.join('\n')
}

const trimAdvice =
  '  What a guest has deleted is free once the guest says so: let it discard (fstrim, Optimize Drives).'

function dataFileFacts({
  path,
  before,
  after,
}: {
  readonly path: string
  readonly before: FileExtent
  readonly after: FileExtent
}): Fact[] {
  if (before.allocatedBytes === undefined || after.allocatedBytes === undefined) return []
  const change = changeWords(before.allocatedBytes, after.allocatedBytes)
  return [['Data file', `${path}, on disk ${change}`]]
}

function workWords(receipt: CompactReceipt): string {
  const { movedBytes, zeroBytes, leakedBytes, punchedBytes, bytesRead, bytesWritten } = receipt
  const done = [
    [movedBytes, 'moved'],
    [zeroBytes, 'of zeroes dropped'],
    [leakedBytes, 'of leaks freed'],
    [punchedBytes, 'made holes'],
  ] as const
  const words = done
    .filter(([bytes]) => bytes > 0)
    .map(([bytes, what]) => `${formatBytes(bytes)} ${what}`)
  const duration = formatDuration(receipt.finishedAt - receipt.startedAt)
  const buffered = receipt.unsafeBuffering ? ', without waiting for the disk in between' : ''
  return [
    ...words,
    `${formatBytes(bytesRead)} read`,
    `${formatBytes(bytesWritten)} written`,
    `${formatPlural(receipt.flushes, 'flush', 'flushes')} in ${duration}${buffered}`,
  ].join(', ')
}

function proofWords({ verified, states, digestOf, proofDigest }: CompactReceipt): string {
  if (verified !== true) return 'none: what the guest reads was not compared (--no-verify)'
  const what = digestOf === 'content' ? 'reads' : 'is stored'
  const snapshots = states.length - 1
  const which =
    snapshots > 0
      ? `active state and ${formatPlural(snapshots, 'snapshot')}, each ${what}`
      : `the disk ${what}`
  return `${which} as before, by ${digestWords[proofDigest]}`
}

const digestWords = {
  sha256: 'SHA-256',
  'sha256-of-data': 'SHA-256 of its data without the zeroes (not what "platter sha" gives)',
} as const

const digestTitles = { sha256: 'SHA-256', 'sha256-of-data': 'SHA-256 OF DATA' } as const

function stateTable({ states, proofDigest }: CompactReceipt, paint: Paint): string {
  const rows = states.map(({ snapshot, bytes, sha256 }) => [
    snapshot === undefined ? 'active' : `snapshot ${snapshot.name}`,
    formatCount(bytes),
    sha256.after,
  ])
  const columns = [
    { title: 'STATE' },
    { title: 'BYTES', align: 'right' },
    { title: digestTitles[proofDigest] },
  ] as const
  return formatTable(columns, rows, { paint, indent: 2 })
}
