import {
  formatBytes,
  formatCount,
  formatPlural,
  ImageError,
  resizeWords,
  type DiskLayout,
  type DiskPartition,
  type FileSystem,
  type ResizePlan,
  type Resized,
} from '../../core/index.ts'
import type { TextLayout } from '../images/change-images.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import { changeWords, extentFacts } from './compact-words.ts'
import { exactBytes } from './exact-bytes.ts'
import { guestSteps } from './guest-steps.ts'

/** Smaller tables take less than files are stored in. */
const WORTH_TELLING = 4096

/** An entry of an L1 table has 64 bits (qcow2 specification, "Cluster mapping"). */
const L1_ENTRY_BYTES = 8

export interface ResizeAnswer extends Resized {
  /** The file that is to keep what is cut off; undefined without one. */
  readonly keepCut: string | undefined
}

/** What another size did, or would do. */
export function describeResize(path: string, resized: ResizeAnswer, { paint }: TextLayout): string {
  const { plan, result } = resized
  const steps = guestSteps(plan)
  const facts: Fact[] = [
    ['Virtual size', changeWords(plan.before.virtualSize, plan.after.virtualSize)],
    ...(result === undefined ? [] : extentFacts(result.before, result.after)),
    ...(result === undefined ? costFacts(plan) : []),
    ...cutFacts(resized),
    ...gptFacts(resized),
    ...keptFacts(plan),
    ...plan.refusals.map((refusal): Fact => {
      const { title, detail } = ImageError.fromJSON(refusal).explanation
      return ['Refused', `${title}. ${detail}`]
    }),
    ...(plan.consentNeeded.length > 0 && result === undefined && resized.keepCut === undefined
      ? [['Needs', '--ignore-data-loss, or --keep-cut'] as const]
      : []),
    ...steps.map((step): Fact => ['In the guest', step]),
  ]
  return [
    `${paint(printable(path), 'strong')}: ${resizeWords({ plan, result })}`,
    formatFacts(facts, paint),
    ...(result === undefined ? ['  Nothing was changed.'] : []),
  ].join('\n')
}

function cutFacts({ plan, result, keepCut }: ResizeAnswer): Fact[] {
  if (plan.kind !== 'shrink') return []
  const { cut, layout } = plan
  const facts: Fact[] = [lossFact({ plan, result, keepCut })]
  if (cut !== undefined) {
    const clusters = cut.clusters === 0 ? '' : ` in ${formatPlural(cut.clusters, 'cluster')}`
    facts.push(['Gives back', `${formatBytes(cut.storedBytes)}${clusters}`])
  }
  if (layout.safeSize !== undefined && result === undefined) {
    facts.push(['Smallest size that keeps all', exactBytes(layout.safeSize)])
  }
  return facts
}

function lossFact({ plan, result, keepCut }: ResizeAnswer): Fact {
  if (result?.kept !== undefined) {
    const { path, fileLength } = result.kept
    return ['Kept', `what was cut off, in ${printable(path)} (${formatBytes(fileLength)})`]
  }
  if (result !== undefined) {
    const isLooked = plan.cut?.content?.complete === true
    return ['Lost', isLooked ? lossWords(plan) : 'what lay past the new end, as agreed']
  }
  if (keepCut === undefined) return ['Would lose', lossWords(plan)]
  return ['Would keep', `${lossWords(plan)}, in ${printable(keepCut)}`]
}

function gptFacts({ plan, result }: ResizeAnswer): Fact[] {
  const { moveGptBackup, gptBackupMovesTo } = plan
  if (!moveGptBackup || !plan.allowed) return []
  const place = gptBackupMovesTo === undefined ? undefined : `byte ${formatCount(gptBackupMovesTo)}`
  if (place === undefined) return [['Second copy of the GPT', 'is at the end of the disk already']]
  return [
    ['Second copy of the GPT', `${result === undefined ? 'would move' : 'moved'} to ${place}`],
  ]
}

/** What lies past the new end, for a sentence. */
export function lossWords({ layout, partitionsCut, cut }: ResizePlan): string {
  const parts = partitionsCut.map((number) => {
    const end = layout.partitions.find((each) => each.number === number)?.end
    const place = end === undefined ? '' : ` (it ends at byte ${formatCount(end)})`
    return `the end of partition ${number}${place}`
  })
  const content = cut?.content
  if (content === undefined) parts.push('what cannot be read here')
  else if (!content.complete) parts.push('more than was looked at')
  else if (content.dataBytes > 0) parts.push(`${formatBytes(content.dataBytes)} of data`)
  return parts.length === 0 ? 'nothing but zeroes' : parts.join(', ')
}

function keptFacts({ snapshots, bitmapsLost, growth, preallocation, layout }: ResizePlan): Fact[] {
  const facts: Fact[] = []
  if (preallocation !== 'off') facts.push(['Preallocation', preallocation])
  facts.push(...partitionFacts(layout))
  if (snapshots.length > 0) {
    facts.push(['Snapshots', `${formatCount(snapshots.length)}, each keeps content and size`])
  }
  if (bitmapsLost.length > 0) {
    facts.push(['Bitmaps', `no longer valid: ${bitmapsLost.join(', ')}`])
  }
  if (growth !== undefined && growth.hiddenBackingBytes > 0) {
    const hidden = formatBytes(growth.hiddenBackingBytes)
    facts.push(['Backing file', `goes on past the old end; ${hidden} of it will read as zeroes`])
  }
  return facts
}

/** Partitions in a text; `--json` has them all. */
const listed = 8

function partitionFacts({ table, partitions, wholeDisk }: DiskLayout): Fact[] {
  if (wholeDisk !== undefined) return [['File system', fileSystemWords(wholeDisk)]]
  if (table === undefined) return []
  const each = partitions.slice(0, listed).map(partitionWords)
  const more = partitions.length - each.length
  const words = [
    ...(each.length === 0 ? ['none'] : each),
    ...(more > 0 ? [`${formatCount(more)} more`] : []),
    ...(table.fault === undefined ? [] : [table.fault]),
  ]
  return [['Partitions', `${table.kind.toUpperCase()}: ${words.join(', ')}`]]
}

function partitionWords({ number, start, end, fileSystem }: DiskPartition): string {
  const kind = fileSystem === undefined ? '' : ` (${fileSystem.kind})`
  return `${number}${kind} from ${formatBytes(start)} to ${formatBytes(end)}`
}

const fileSystemWords = ({ kind, size }: FileSystem): string =>
  size === undefined ? kind : `${kind} of ${formatBytes(size)}, without a partition table`

/** What growing takes of the host, beyond a few bytes of a header. */
function costFacts({ kind, format, before, after, preallocation, growth }: ResizePlan): Fact[] {
  if (kind !== 'grow') return []
  if (preallocation === 'falloc' || preallocation === 'full') {
    return [['Would take', `${formatBytes(after.virtualSize - before.virtualSize)} at once`]]
  }
  if (preallocation === 'metadata') return [['Would take', 'tables for all that is new']]
  const tableBytes = (growth?.l1Entries.after ?? 0) * L1_ENTRY_BYTES
  const isNewTable = growth !== undefined && growth.l1Entries.after > growth.l1Entries.before
  if (isNewTable && tableBytes >= WORTH_TELLING) {
    return [['Would take', `${formatBytes(tableBytes)} for a longer L1 table`]]
  }
  const words = format === 'raw' ? 'what is new is a hole' : 'space comes with what is written'
  return [['Would take', `next to nothing: ${words}`]]
}
