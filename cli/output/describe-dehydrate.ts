import {
  formatBytes,
  formatCount,
  formatPlural,
  type DehydrateResult,
  type Judgement,
  type LeftOut,
} from '../../core/index.ts'
import type { TextLayout } from '../images/change-images.ts'
import type { DehydrateJson } from '../schemas/dehydrate-json.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import { exactBytes } from './exact-bytes.ts'
import type { FinishedChange } from './record-change.ts'

/** Ranges that are shown one by one. */
const shownLeftOut = 10
/** Names of a kind that are shown. */
const shownNames = 10

/** What was written, what is not in it, and what a stranger can read in it. */
export function describeDehydrate(
  path: string,
  result: DehydrateResult,
  { paint }: TextLayout,
): string {
  const facts: Fact[] = [
    ['Written', result.files.map(printable).join(', ')],
    ['Image', exactBytes(result.imageBytes)],
    ['Metadata', exactBytes(result.metadataBytes)],
    ['File size', exactBytes(result.writtenBytes)],
    ['Check of the image', judged(result.image)],
    ['Check of the metadata', judged(result.dehydrated)],
    ['Names in it', namesOf(result)],
  ]
  const lines = [
    `${paint(printable(path), 'strong')}: dehydrated, without guest data`,
    formatFacts(facts, paint),
    result.judgedTheSame
      ? paint('A check judges both the same.', 'good')
      : paint('A check does not judge both the same: see what was left out.', 'bad'),
  ]
  if (result.live) {
    lines.push('The image was being written meanwhile: what was taken out may mix two states.')
  }
  if (result.leftOutCount > 0) lines.push(...leftOutLines(result))
  return lines.join('\n')
}

function judged({ verdict, corruptions, leaks, checkErrors, warnings }: Judgement): string {
  const parts = [
    formatPlural(corruptions, 'corruption'),
    formatPlural(leaks, 'leak'),
    formatPlural(checkErrors, 'error'),
    formatPlural(warnings, 'warning'),
  ]
  return verdict === 'clean' && warnings === 0 ? 'clean' : `${verdict} (${parts.join(', ')})`
}

function namesOf({ names, anonymized }: DehydrateResult): string {
  const all = [
    ...(names.backingFile === undefined ? [] : [`backing file ${names.backingFile}`]),
    ...(names.dataFile === undefined ? [] : [`data file ${names.dataFile}`]),
    ...listed('snapshot', names.snapshots),
    ...listed('bitmap', names.bitmaps),
  ]
  if (all.length === 0) return 'none'
  const replaced = anonymized ? ' (replaced)' : ''
  return `${all.map(printable).join('; ')}${replaced}`
}

function listed(kind: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const rest = names.length - shownNames
  const more = rest > 0 ? ` and ${formatCount(rest)} more` : ''
  return [`${formatPlural(names.length, kind)}: ${names.slice(0, shownNames).join(', ')}${more}`]
}

function leftOutLines({ leftOut, leftOutCount }: DehydrateResult): string[] {
  const lines = leftOut
    .slice(0, shownLeftOut)
    .map(
      ({ structure, offset, length, why }) =>
        `  ${structure} at 0x${offset.toString(16)} (${formatBytes(length)}): ${reasons[why]}`,
    )
  const rest = leftOutCount - lines.length
  return [
    'Left out, because it may be guest data:',
    ...lines,
    ...(rest > 0 ? [`  and ${formatCount(rest)} more`] : []),
  ]
}

const reasons: Readonly<Record<LeftOut['why'], string>> = {
  data: 'an entry says that guest data lies there',
  'looks-like-data': 'hardly anything in it is an entry',
  overlap: 'two tables share it, and it is whole as neither',
}

export const dehydrateJsonOf = (filename: string, result: DehydrateResult): DehydrateJson => {
  const { path: _path, names, files, leftOut, ...rest } = result
  return {
    version: 1,
    filename,
    ...rest,
    files: [...files],
    leftOut: [...leftOut],
    names: {
      ...(names.backingFile === undefined ? {} : { backingFile: names.backingFile }),
      ...(names.dataFile === undefined ? {} : { dataFile: names.dataFile }),
      snapshots: [...names.snapshots],
      bitmaps: [...names.bitmaps],
    },
  }
}

/** What the history keeps of it. */
export const tellOfDehydrate = (result: DehydrateResult): FinishedChange => ({
  summary: `${formatBytes(result.metadataBytes)} of metadata written without guest data`,
  facts: [
    { label: 'Metadata', bytes: result.metadataBytes },
    { label: 'Judged the same', text: result.judgedTheSame ? 'yes' : 'no' },
    ...result.files.map((text) => ({ label: 'File', text })),
  ],
})
