import {
  formatBytes,
  formatCount,
  formatPlural,
  type AutoReason,
  type CompactPlan,
  type FileExtent,
  type ModeNote,
} from '../../core/index.ts'
import type { Fact } from '../terminal/facts.ts'

export const reasonWords: Readonly<Record<AutoReason, string>> = {
  'raw-has-only-holes': 'all that a raw disk can give back is its zeroes',
  'data-file-cannot-move': 'guest data is in a data file, where nothing can move',
  'moving-costs-more-than-it-gains':
    'moving would copy much for a file that gets little shorter, and holes come at once',
  'host-makes-no-holes': 'the file system has no holes, so the file gets shorter instead',
  'shorter-file-in-place': 'the file gets shorter, without space for a second one',
  'only-holes-to-give': 'the file cannot get shorter, but parts of it can become holes',
}

export const noteWords: Readonly<Record<ModeNote, string>> = {
  'gives-up-preallocation': 'space that was reserved beforehand is given up',
  'rebuilds-refcounts-first': 'refcounts are counted anew first: some are not right',
  'moves-tables-only': 'guest data stays where it is, only tables move',
}

/** Where space goes, by cause. */
export function causeFacts({ causes, scan }: CompactPlan): Fact[] {
  const { zeroBytes, zeroMarginBytes, snapshotOnly, snapshotOnlyBytes } = causes
  const margin = zeroMarginBytes > 0 ? `, give or take ${formatBytes(zeroMarginBytes)}` : ''
  const facts: Fact[] = [
    [
      'Zero data',
      zeroBytes === undefined
        ? 'not looked for'
        : `${scan.kind === 'sampled' && zeroMarginBytes > 0 ? 'about ' : ''}${formatBytes(zeroBytes)}${margin}`,
    ],
    ['Leaked', formatBytes(causes.leakedBytes)],
    ['Holes', formatBytes(causes.holeBytes)],
    ['Tail', formatBytes(causes.tailBytes)],
  ]
  if (snapshotOnly.length > 0) {
    const each = snapshotOnly.map(({ name, exclusiveBytes }) =>
      exclusiveBytes === undefined ? `"${name}"` : `"${name}" alone ${formatBytes(exclusiveBytes)}`,
    )
    const held = `${formatBytes(snapshotOnlyBytes)}, kept: ${each.join(', ')}`
    facts.push(['Snapshots', held])
  }
  return facts
}

export function keptFact({ kept }: CompactPlan): Fact {
  const parts = [
    `virtual size ${formatBytes(kept.virtualSize)}`,
    kept.snapshots > 0 ? formatPlural(kept.snapshots, 'snapshot') : '',
    kept.bitmaps > 0 ? formatPlural(kept.bitmaps, 'bitmap') : '',
    kept.backingFile === undefined ? '' : `backing file ${kept.backingFile}`,
  ]
  return ['Kept', parts.filter((part) => part !== '').join(', ')]
}

/** `4 GiB -> 2 GiB`, or what it stays at. */
export function changeWords(before: number, after: number): string {
  const [from, to] = [formatBytes(before), formatBytes(after)]
  if (before === after) return `${from}, as before`
  if (from !== to) return `${from} -> ${to}`
  return `${formatCount(before)} -> ${formatCount(after)} bytes`
}

export function extentFacts(before: FileExtent, after: FileExtent): Fact[] {
  const facts: Fact[] = [['File length', changeWords(before.fileLength, after.fileLength)]]
  if (before.allocatedBytes !== undefined && after.allocatedBytes !== undefined) {
    facts.push(['On disk', changeWords(before.allocatedBytes, after.allocatedBytes)])
  }
  return facts
}
