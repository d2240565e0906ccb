import type { JobKind } from '../../../ipc/schemas/job.ts'
import { formatCount } from '../../format/counts.ts'
import { exactDate } from '../../format/dates.ts'
import { host } from '../../host.ts'
import { useAnswer } from '../../state/use-answer.ts'
import { Icon } from '../../ui/icon.tsx'
import { batchTexts } from './batch-texts.ts'
import { standingWords } from './batch-words.ts'

export interface BatchComparisonProps {
  readonly batchId: string
  readonly kind: JobKind
}

/** What is better and what is worse than in the run before of the same name; nothing when this is the first one. */
export function BatchComparison({ batchId, kind }: BatchComparisonProps) {
  const words = batchTexts().comparison
  const answer = useAnswer({
    subject: batchId,
    version: 0,
    ask: (signal) => host().api['jobs.comparison']({ batchId }, { signal }),
  })
  // A batch whose record is gone by now has no run before it; its results stand for themselves.
  if (answer.kind !== 'ready' || answer.value.previous === undefined) return null
  const { previous, worse, better, added, gone } = answer.value
  const when = exactDate(previous.endedAt)
  const parts = [
    worse.length > 0 && worseWords(worse.length, kind),
    better.length > 0 && words.better(formatCount(better.length)),
    added > 0 && words.added(formatCount(added)),
    gone > 0 && words.gone(formatCount(gone)),
  ].filter((part) => part !== false)
  const what = parts.length === 0 ? words.same(when) : words.since(parts.join(', '), when)
  const tone = worse.length > 0 ? 'bad' : better.length > 0 ? 'good' : 'neutral'
  if (worse.length + better.length === 0) {
    return (
      <p className="batch-comparison" role="note" aria-label={words.label}>
        {what}
      </p>
    )
  }
  return (
    <details className={`batch-comparison batch-comparison-${tone}`} open={worse.length > 0}>
      <summary aria-label={`${words.label}: ${what}`}>
        <Icon name={worse.length > 0 ? 'care' : 'check'} size={14} />
        {what}
      </summary>
      <div
        className="batch-comparison-list selectable"
        tabIndex={0}
        role="region"
        aria-label={words.label}
      >
        <ul>
          {[...worse, ...better].map(({ imageId, name, before, now }) => (
            <li key={imageId}>{words.change(name, standingWords(before), standingWords(now))}</li>
          ))}
        </ul>
      </div>
    </details>
  )
}

function worseWords(count: number, kind: JobKind): string {
  const { worse, worseProblems } = batchTexts().comparison
  if (kind !== 'check') return worse(formatCount(count))
  return count === 1 ? worseProblems.one : worseProblems.many(formatCount(count))
}
