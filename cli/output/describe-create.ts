import { formatBytes, formatPlural, type CreatePlan, type CreateResult } from '../../core/index.ts'
import type { TextLayout } from '../images/change-images.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import { exactBytes } from './exact-bytes.ts'

export interface Created {
  readonly plan: CreatePlan
  /** undefined after --dry-run. */
  readonly result: CreateResult | undefined
}

/** What was made, or what would be. */
export function describeCreate(
  path: string,
  { plan, result }: Created,
  { paint }: TextLayout,
): string {
  const { format, virtualSize, warnings } = plan
  const isDone = result !== undefined
  const verb = isDone ? 'made' : 'would be made'
  const facts: Fact[] = [
    ['Format', formatWords(plan)],
    ['Virtual size', `${exactBytes(virtualSize)}${sizeFromWords(plan)}`],
    ['File length', exactBytes(plan.fileLength)],
    isDone
      ? [
          'On disk',
          result.allocatedBytes === undefined ? 'not known' : formatBytes(result.allocatedBytes),
        ]
      : ['Takes at once', formatBytes(plan.initialBytes)],
    ...qcow2Facts(plan),
    ...warnings.map(({ text }): Fact => ['Note', text]),
    ['As QEMU does it', plan.qemuCommand.map(quoted).join(' ')],
  ]
  return [
    `${paint(printable(path), 'strong')}: ${format} image ${verb}`,
    formatFacts(facts, paint),
    ...(isDone ? [] : ['  Nothing was changed.']),
  ].join('\n')
}

function formatWords({ format, qcow2 }: CreatePlan): string {
  if (qcow2 === undefined) return format
  const { version, refcountBits, lazyRefcounts, extendedL2, compressionType, clusterSize } = qcow2
  const parts = [
    `${format} version ${version}`,
    `clusters of ${formatBytes(clusterSize)}`,
    `refcounts of ${formatPlural(refcountBits, 'bit')}${lazyRefcounts ? ', lazy' : ''}`,
    ...(extendedL2 ? ['extended L2 entries'] : []),
    `${compressionType} compression`,
  ]
  return parts.join(', ')
}

const sizeFromWords = ({ sizeFrom }: CreatePlan): string =>
  sizeFrom === 'option' ? '' : `, that of the ${sizeFrom}`

function qcow2Facts({ preallocation, backing, dataFile }: CreatePlan): Fact[] {
  const facts: Fact[] = []
  if (preallocation !== 'off') facts.push(['Preallocation', preallocation])
  if (backing !== undefined) {
    const { name, format, virtualSize } = backing
    facts.push(['Backing file', `${name} (${format}, ${formatBytes(virtualSize)})`])
  }
  if (dataFile !== undefined) {
    const { name, raw, existingLength } = dataFile
    const words = [raw ? 'raw' : '', existingLength === undefined ? 'new' : 'taken as it is']
    facts.push(['Data file', `${name} (${words.filter((word) => word !== '').join(', ')})`])
  }
  return facts
}

/** For people to copy into a shell. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
