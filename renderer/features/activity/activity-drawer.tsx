import { useMemo } from 'react'
import type { BatchCounters, Job } from '../../../ipc/schemas/job.ts'
import { formatCount } from '../../format/counts.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { explain } from '../../state/explain-error.ts'
import { hasEnded } from '../../state/job-reducer.ts'
import { clearEnded, useJobs } from '../../state/jobs.ts'
import { foreign, texts } from '../../texts/texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { BatchLine } from '../batch/batch-line.tsx'
import { repeatingOf } from '../jobs/job-actions.ts'
import { LogButton, TakeUpButton } from '../jobs/job-controls.tsx'
import { JobProgress } from '../jobs/job-progress.tsx'
import { requestWords, stateWords } from '../jobs/job-words.ts'
import { UndoButton } from '../undo/undo-button.tsx'
import { JobLine } from './job-line.tsx'
import './activity-drawer.css'

/** Lines beyond this many cannot be overseen; the rest is counted. */
const waitingShown = 20

/** What runs, what waits, and what ended lately. */
export function ActivityDrawer() {
  const words = texts().jobs.drawer
  const jobs = useJobs((state) => state.jobs)
  const batches = useJobs((state) => state.batches)
  const { running, waiting, waitingCount, ended } = useMemo(
    () => sortJobs([...jobs.values()]),
    [jobs],
  )
  const newestBatches = useMemo(
    () => [...batches.values()].toSorted((a, b) => b.startedAt - a.startedAt),
    [batches],
  )
  const openBatches = newestBatches.filter(({ endedAt }) => endedAt === undefined)
  const endedBatches = newestBatches.filter(({ endedAt }) => endedAt !== undefined)
  // One list with one key for each, so that a line that ends while it has the keyboard stays the same line.
  const lines = [
    ...openBatches.map(lineOfBatch),
    ...[...running, ...waiting.slice(0, waitingShown)].map((job) => (
      <JobLine key={`job ${job.id}`} jobId={job.id}>
        <JobProgress job={job} named />
      </JobLine>
    )),
    waiting.length > waitingShown && (
      <li key="more" className="muted">
        {words.moreWaiting(formatCount(waiting.length - waitingShown))}
      </li>
    ),
    ...endedBatches.map(lineOfBatch),
    ...ended.map((job) => (
      <JobLine key={`job ${job.id}`} jobId={job.id}>
        <EndedLine job={job} />
      </JobLine>
    )),
  ]
  const nothing = jobs.size === 0 && batches.size === 0
  const nothingEnded = ended.length === 0 && endedBatches.length === 0
  return (
    <div className="activity">
      <header className="activity-header">
        <h2>{words.title}</h2>
        <span className="muted">{countsOf(running, waitingCount)}</span>
        <Button
          size="small"
          variant="quiet"
          disabledReason={nothingEnded ? words.noneFinished : undefined}
          onClick={clearEnded}
        >
          {words.clear}
        </Button>
      </header>
      {nothing ? (
        <p className="activity-none">{words.empty}</p>
      ) : (
        <div className="activity-list" tabIndex={0} role="region" aria-label={words.list}>
          <ul>{lines}</ul>
        </div>
      )}
    </div>
  )
}

const lineOfBatch = (batch: BatchCounters) => (
  <li key={`batch ${batch.id}`}>
    <BatchLine batch={batch} />
  </li>
)

function countsOf(running: readonly Job[], waiting: number): string {
  const words = texts().jobs.drawer
  if (running.length + waiting === 0) return words.nothing
  const paused = running.filter(({ state }) => state === 'paused').length
  return [
    { count: running.length - paused, say: words.running },
    { count: paused, say: words.paused },
    { count: waiting, say: words.waiting },
  ]
    .filter(({ count }) => count > 0)
    .map(({ count, say }) => say(formatCount(count)))
    .join(', ')
}

/** Waiting jobs of a batch have no line but that of the batch; they are counted. */
function sortJobs(jobs: readonly Job[]) {
  const open = jobs.filter((job) => !hasEnded(job))
  const hasBegun = ({ state, startedAt }: Job): boolean =>
    state !== 'queued' && (state !== 'paused' || startedAt !== undefined)
  return {
    running: open.filter(hasBegun),
    waiting: open.filter((job) => !hasBegun(job) && job.batchId === undefined),
    waitingCount: open.filter((job) => !hasBegun(job)).length,
    ended: jobs.filter(hasEnded).toSorted((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0)),
  }
}

function EndedLine({ job }: { readonly job: Job }) {
  const now = useNow(30_000)
  const words = texts().jobs
  const { word, tone } = stateWords(job.state)
  const title = requestWords(job.request)
  const repeat = job.state === 'succeeded' ? undefined : repeatingOf(job)
  const takesUp = job.state === 'interrupted' && job.canResume === true
  return (
    <div className="job-progress">
      <div className="job-progress-head">
        <Badge tone={tone}>{word}</Badge>
        <span className="job-progress-title truncate">
          {title} <span className="job-progress-name">{job.imageName}</span>
        </span>
        {job.endedAt !== undefined && (
          <span className="muted" title={exactDate(job.endedAt)}>
            {relativeDate(job.endedAt, now)}
          </span>
        )}
        <TakeUpButton job={job} />
        <UndoButton job={job} size="small" />
        {repeat !== undefined && !takesUp && (
          <Button
            size="small"
            icon="refresh"
            aria-label={words.againOf(title, job.imageName)}
            onClick={repeat}
          >
            {words.again}
          </Button>
        )}
        <LogButton job={job} />
      </div>
      <div className="job-progress-details selectable">{endOf(job)}</div>
    </div>
  )
}

/** What is known of how it ended; of a change without a word of its own the log knows more. */
function endOf({ error, summary, request }: Job): string {
  if (error !== undefined) {
    const { title, advice } = explain(error)
    return `${texts().error.inOneLine(title, advice)} (${error.code})`
  }
  if (summary !== undefined) return foreign(summary)
  return 'parameters' in request ? texts().jobs.asTheLogSays : texts().jobs.leftAsItIs
}
