import type { Job } from '../../../ipc/schemas/job.ts'
import { counted, formatPercent } from '../../format/counts.ts'
import { explain } from '../../state/explain-error.ts'
import { shareOf } from '../../state/job-reducer.ts'
import { summaryOf } from '../jobs/summary-of.ts'
import { batchTexts } from './batch-texts.ts'

/** As many digits as tell two checksums apart at a glance. */
const shownDigits = 12

/**
 * What came of an image, in the words of one line.
 *
 * @param alike How many other images of the batch have the same checksum.
 */
export function foundIn(job: Job, alike: number): string {
  const words = batchTexts().page
  const { error, result } = job
  if (error !== undefined) return explain(error).title
  if (result?.kind === 'hash') {
    const digits = `${result.hash.digest.slice(0, shownDigits)}…`
    const found = alike === 0 ? digits : words.sameAs(digits, counted(alike, 'otherImage'))
    return result.hash.live ? words.live(found) : found
  }
  if (result?.kind !== 'check') {
    const share = shareOf(job)
    return summaryOf(job) ?? (share === undefined ? '–' : formatPercent(share))
  }
  const { corruptions, leaks, checkErrors, warnings, live } = result.check
  const parts = [
    corruptions > 0 && counted(corruptions, 'corruption'),
    checkErrors > 0 && counted(checkErrors, 'checkError'),
    leaks > 0 && counted(leaks, 'leakedCluster'),
    warnings > 0 && counted(warnings, 'warning'),
  ].filter((part) => part !== false)
  const found = parts.length === 0 ? words.noProblems : parts.join(', ')
  return live ? words.live(found) : found
}

/** How many images have each checksum; a batch computes all with one algorithm. */
export function countDigests(jobs: readonly Job[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { result } of jobs) {
    if (result?.kind !== 'hash') continue
    const { digest } = result.hash
    counts.set(digest, (counts.get(digest) ?? 0) + 1)
  }
  return counts
}
