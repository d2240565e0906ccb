import { isChange, type ChangeFact } from '../../../ipc/schemas/change.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { exactBytes, formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { formatCount } from '../../format/counts.ts'
import { foreign, texts } from '../../texts/texts.ts'
import { unreachable } from '../../unreachable.ts'
import { historyTexts } from '../history/history-texts.ts'
import { allocationClasses } from '../map/allocation-buckets.ts'
import { optionWords } from './command-of.ts'
import { algorithmWords } from './job-words.ts'

export interface ResultFact {
  readonly label: string
  readonly value: string
  readonly title?: string
  /** What it was before: in the last job of this kind, or before the change; where it was another. */
  readonly before?: string
}

const facts = () => historyTexts().facts

/** The numbers a job left behind, each beside what it was the last time. */
export function resultFacts(
  job: Job,
  earlier: Job | undefined,
  units: ByteUnits,
): readonly ResultFact[] {
  // Two changes of one kind are no two answers to one question.
  if (isChange(job.request)) return changeFacts(job, units)
  const before = new Map(
    (earlier === undefined ? [] : numbersOf(earlier, units)).map(({ label, value }) => [
      label,
      value,
    ]),
  )
  return numbersOf(job, units).map((fact) => {
    const old = before.get(fact.label)
    return old === undefined || old === fact.value ? fact : { ...fact, before: old }
  })
}

function numbersOf({ result, request }: Job, units: ByteUnits): readonly ResultFact[] {
  if (result === undefined) return []
  const bytes = (label: string, value: number) => bytesFact(label, value, units)
  switch (result.kind) {
    case 'check': {
      const { check } = result
      return [
        { label: facts().corruptions, value: formatCount(check.corruptions) },
        { label: facts().leakedClusters, value: formatCount(check.leaks) },
        ...(check.leakedBytes > 0 ? [bytes(facts().wastedSpace, check.leakedBytes)] : []),
        ...(check.checkErrors > 0
          ? [{ label: facts().checkErrors, value: formatCount(check.checkErrors) }]
          : []),
        { label: facts().clustersInUse, value: formatCount(check.clusters.allocated) },
        bytes(facts().imageEnd, check.imageEndOffset),
      ]
    }
    case 'hash':
      return [
        { label: algorithmWords[result.hash.algorithm], value: result.hash.digest },
        bytes(facts().hashed, result.hash.bytes),
        bytes(facts().readFromDisk, result.hash.bytesRead),
      ]
    case 'map':
      return [
        ...allocationClasses.flatMap((name) => {
          const total = result.totals[name]
          return total === undefined || total === 0
            ? []
            : [bytes(texts().map.classes[name].word, total)]
        }),
        { label: facts().extents, value: formatCount(result.extentCount) },
      ]
    case 'change':
      return result.facts
        .filter((fact, index) => !isUndoneId(request, fact, index))
        .map((fact) => factOf(fact, units))
    default:
      return unreachable(result)
  }
}

/** Which job an undo took back, by its number: what links the two in the records tells a person nothing. */
export const isUndoneId = (request: Job['request'], fact: ChangeFact, index: number): boolean =>
  request.kind === 'undo' &&
  'text' in fact &&
  // Of a batch, the first fact says which of its jobs it was.
  ('batch' in request.parameters ? index === 0 : fact.text === request.parameters['id'])

/** What was asked for, what came of it, and the file before and after. */
function changeFacts(job: Job, units: ByteUnits): readonly ResultFact[] {
  const { fileBefore: before, fileAfter: after } = job
  const asked = isChange(job.request) ? optionWords(job.request.parameters) : []
  return [
    ...(asked.length === 0 ? [] : [{ label: facts().options, value: asked.join(' ') }]),
    ...numbersOf(job, units),
    ...(after === undefined
      ? []
      : [
          changedBytes(facts().fileLength, before?.length, after.length, units),
          changedBytes(facts().onDisk, before?.onDisk, after.onDisk, units),
        ]),
  ]
}

function changedBytes(
  label: string,
  before: number | undefined,
  after: number,
  units: ByteUnits,
): ResultFact {
  const fact = bytesFact(label, after, units)
  return before === undefined || before === after
    ? fact
    : { ...fact, before: formatBytes(before, units) }
}

export function factOf(fact: ChangeFact, units: ByteUnits): ResultFact {
  const label = foreign(fact.label)
  if ('bytes' in fact) return bytesFact(label, fact.bytes, units)
  return { label, value: 'count' in fact ? formatCount(fact.count) : foreign(fact.text) }
}

const bytesFact = (label: string, value: number, units: ByteUnits): ResultFact => ({
  label,
  value: formatBytes(value, units),
  title: exactBytes(value),
})
