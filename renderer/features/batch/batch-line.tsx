import type { BatchCounters } from '../../../ipc/schemas/job.ts'
import { formatCount } from '../../format/counts.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { batchShare } from '../../state/job-reducer.ts'
import { useJobs } from '../../state/jobs.ts'
import { showPage } from '../../state/page.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { BatchControls } from './batch-controls.tsx'

/** A batch in the drawer: how far it is, what it has found, and the way to its page. */
export function BatchLine({ batch }: { readonly batch: BatchCounters }) {
  const now = useNow(30_000)
  const words = texts().batches
  const { id, title, done, total, endedAt, paused = false } = batch
  const share = useJobs(({ jobs }) => batchShare(batch, jobs))
  const found = foundBy(batch)
  return (
    <div className="job-progress">
      <div className="job-progress-head">
        <span className="job-progress-title truncate">{title}</span>
        {endedAt === undefined ? (
          <span className="job-progress-percent">
            {words.doneOf(formatCount(done), formatCount(total))}
          </span>
        ) : (
          <span className="muted" title={exactDate(endedAt)}>
            {relativeDate(endedAt, now)}
          </span>
        )}
        <Button size="small" onClick={() => showPage({ kind: 'batch', batchId: id })}>
          {words.results}
        </Button>
        {endedAt === undefined && <BatchControls batch={batch} size="small" />}
      </div>
      {endedAt === undefined && (
        <ProgressBar value={share} thin label={title} {...(paused && { tone: 'warn' })} />
      )}
      <div className="job-progress-details">
        {[
          ...(paused ? [words.paused] : []),
          ...(found.length === 0 ? [words.noResults] : found),
        ].join(' · ')}
      </div>
    </div>
  )
}

/** "3 healthy", "1 damaged": the counters that are not zero. */
function foundBy({ kind, ...batch }: BatchCounters): readonly string[] {
  const { counted } = texts().batches
  const counters = [
    [batch.ok, counted.ok[kind === 'check' ? 'check' : 'other']],
    [batch.leaks, counted.leaks],
    [batch.damaged, counted.damaged],
    [batch.unreadable, counted.unreadable],
    [batch.nothing, counted.nothing],
    [batch.failed, counted.failed],
    [batch.cancelled, counted.cancelled],
    [batch.skipped, counted.skipped],
  ] as const
  return counters
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${formatCount(count)} ${word}`)
}
