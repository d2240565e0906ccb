import type { Job } from '../../../ipc/schemas/job.ts'
import { exactBytes, formatBytes, type ByteUnits } from '../../format/bytes.ts'
import { formatCount } from '../../format/counts.ts'
import { unreachable } from '../../unreachable.ts'
import { classWords } from '../map/class-words.ts'
import { allocationClasses } from '../map/allocation-buckets.ts'
import { algorithmWords } from './job-words.ts'

export interface ResultFact {
  readonly label: string
  readonly value: string
  readonly title?: string
  /** The same number of the job of this kind before, where it was another. */
  readonly before?: string
}

/** The numbers a job left behind, each beside what it was the last time. */
export function resultFacts(
  job: Job,
  earlier: Job | undefined,
  units: ByteUnits,
): readonly ResultFact[] {
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

function numbersOf({ result }: Job, units: ByteUnits): readonly ResultFact[] {
  if (result === undefined) return []
  const bytes = (label: string, value: number): ResultFact => ({
    label,
    value: formatBytes(value, units),
    title: exactBytes(value),
  })
  switch (result.kind) {
    case 'check': {
      const { check } = result
      return [
        { label: 'Corruptions', value: formatCount(check.corruptions) },
        { label: 'Leaked clusters', value: formatCount(check.leaks) },
        ...(check.leakedBytes > 0 ? [bytes('Wasted space', check.leakedBytes)] : []),
        ...(check.checkErrors > 0
          ? [{ label: 'Check errors', value: formatCount(check.checkErrors) }]
          : []),
        { label: 'Clusters in use', value: formatCount(check.clusters.allocated) },
        bytes('End of the image', check.imageEndOffset),
      ]
    }
    case 'hash':
      return [
        { label: algorithmWords[result.hash.algorithm], value: result.hash.digest },
        bytes('Hashed', result.hash.bytes),
        bytes('Read from disk', result.hash.bytesRead),
      ]
    case 'map':
      return [
        ...allocationClasses.flatMap((name) => {
          const total = result.totals[name]
          return total === undefined || total === 0 ? [] : [bytes(classWords[name].word, total)]
        }),
        { label: 'Extents', value: formatCount(result.extentCount) },
      ]
    default:
      return unreachable(result)
  }
}
