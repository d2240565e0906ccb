import { useMemo } from 'react'
import type { BatchCounters, Job } from '../../../ipc/schemas/job.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { hasEnded } from '../../state/job-reducer.ts'
import { clearEnded, useJobs } from '../../state/jobs.ts'
import { showPage } from '../../state/page.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { cancelBatch, repeatingOf } from '../jobs/job-actions.ts'
import { JobProgress } from '../jobs/job-progress.tsx'
import { requestWords, stateWords } from '../jobs/job-words.ts'
import './activity-drawer.css'

/** Lines beyond this many cannot be overseen; the rest is counted. */
const waitingShown = 20

/** What runs, what waits, and what ended lately. */
export function ActivityDrawer() {
  const jobs = useJobs((state) => state.jobs)
  const batches = useJobs((state) => state.batches)
  const { running, waiting, ended } = useMemo(() => sortJobs([...jobs.values()]), [jobs])
  const newestBatches = useMemo(
    () => [...batches.values()].toSorted((a, b) => b.startedAt - a.startedAt),
    [batches],
  )
  const openBatches = newestBatches.filter(({ endedAt }) => endedAt === undefined)
  const endedBatches = newestBatches.filter(({ endedAt }) => endedAt !== undefined)
  const nothing = jobs.size === 0 && batches.size === 0
  const nothingEnded = ended.length === 0 && endedBatches.length === 0
  return (
    <div className="activity">
      <header className="activity-header">
        <h2>Activity</h2>
        <span className="muted">
          {running.length + waiting.length === 0
            ? 'Nothing runs'
            : `${formatCount(running.length)} running, ${formatCount(waiting.length)} waiting. Cancelling leaves every image as it is.`}
        </span>
        <Button
          size="small"
          variant="quiet"
          disabledReason={nothingEnded ? 'Nothing has finished' : undefined}
          onClick={clearEnded}
        >
          Clear finished
        </Button>
      </header>
      {nothing ? (
        <p className="activity-none">
          Checks, checksums and maps appear here while they run, with their progress and a way to
          cancel them.
        </p>
      ) : (
        <div className="activity-list" tabIndex={0} role="region" aria-label="Jobs">
          <ul>
            {openBatches.map((batch) => (
              <li key={batch.id}>
                <BatchLine batch={batch} />
              </li>
            ))}
            {running.map((job) => (
              <li key={job.id}>
                <JobProgress job={job} named />
              </li>
            ))}
            {waiting.slice(0, waitingShown).map((job) => (
              <li key={job.id}>
                <JobProgress job={job} named />
              </li>
            ))}
            {waiting.length > waitingShown && (
              <li className="muted">
                {counted(waiting.length - waitingShown, 'more job')} waiting
              </li>
            )}
            {endedBatches.map((batch) => (
              <li key={batch.id}>
                <BatchLine batch={batch} />
              </li>
            ))}
            {ended.map((job) => (
              <li key={job.id}>
                <EndedLine job={job} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}

/** Waiting jobs of a batch are counted by its own line. */
function sortJobs(jobs: readonly Job[]) {
  const open = jobs.filter((job) => !hasEnded(job))
  return {
    running: open.filter(({ state }) => state !== 'queued'),
    waiting: open.filter(({ state, batchId }) => state === 'queued' && batchId === undefined),
    ended: jobs.filter(hasEnded).toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0)),
  }
}

function BatchLine({ batch }: { readonly batch: BatchCounters }) {
  const now = useNow(30_000)
  const { id, title, done, total, ok, leaks, damaged, unreadable, cancelled, endedAt } = batch
  const counters = [
    [ok, 'healthy'],
    [leaks, 'with leaks'],
    [damaged, 'damaged'],
    [unreadable, 'unreadable'],
    [cancelled, 'cancelled'],
  ] as const
  const found = counters
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${formatCount(count)} ${word}`)
  return (
    <div className="job-progress">
      <div className="job-progress-head">
        <span className="job-progress-title truncate">{title}</span>
        {endedAt === undefined ? (
          <span className="job-progress-percent">
            {formatCount(done)} of {formatCount(total)}
          </span>
        ) : (
          <span className="muted" title={exactDate(endedAt)}>
            {relativeDate(endedAt, now)}
          </span>
        )}
        <Button size="small" onClick={() => showPage({ kind: 'batch', batchId: id })}>
          Results
        </Button>
        {endedAt === undefined && (
          <Button
            size="small"
            hint="Cancel – finished results are kept, every image stays as it is"
            aria-label={`Cancel: ${title}. Finished results are kept`}
            onClick={() => cancelBatch(id)}
          >
            Cancel
          </Button>
        )}
      </div>
      {endedAt === undefined && (
        <ProgressBar value={total === 0 ? 0 : done / total} thin label={title} />
      )}
      <div className="job-progress-details">
        {found.length === 0 ? 'No results yet' : found.join(' · ')}
      </div>
    </div>
  )
}

function EndedLine({ job }: { readonly job: Job }) {
  const now = useNow(30_000)
  const { word, tone } = stateWords[job.state]
  const repeat = job.state === 'succeeded' ? undefined : repeatingOf(job)
  return (
    <div className="job-progress">
      <div className="job-progress-head">
        <Badge tone={tone}>{word}</Badge>
        <span className="job-progress-title truncate">
          {requestWords(job.request)} <span className="job-progress-name">{job.imageName}</span>
        </span>
        {job.endedAt !== undefined && (
          <span className="muted" title={exactDate(job.endedAt)}>
            {relativeDate(job.endedAt, now)}
          </span>
        )}
        {repeat !== undefined && (
          <Button
            size="small"
            icon="refresh"
            aria-label={`Again: ${requestWords(job.request)} of ${job.imageName}`}
            onClick={repeat}
          >
            Again
          </Button>
        )}
      </div>
      <div className="job-progress-details selectable">
        {job.error === undefined
          ? (job.summary ?? 'The image was left as it is.')
          : `${job.error.explanation.title}. ${job.error.explanation.advice} (${job.error.code})`}
      </div>
    </div>
  )
}
