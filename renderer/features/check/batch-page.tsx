import { useEffect, useMemo, useState } from 'react'
import { isChange } from '../../../ipc/schemas/change.ts'
import type { BatchCounters, Job } from '../../../ipc/schemas/job.ts'
import { host } from '../../host.ts'
import { counted, formatCount, formatPercent } from '../../format/counts.ts'
import { exactDate } from '../../format/dates.ts'
import { formatDuration } from '../../format/durations.ts'
import { useNow } from '../../state/clock.ts'
import { useJobs, watchBatch } from '../../state/jobs.ts'
import { showPage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { cancelBatch } from '../jobs/job-actions.ts'
import { BatchResults } from './batch-results.tsx'
import { outcomeOf, outcomes, outcomeWords, type Outcome } from './outcome.ts'
import { ReportButtons } from './report-buttons.tsx'
import './batch-page.css'

/** A check of many images, while it runs and afterwards. */
export function BatchPage({ batchId }: { readonly batchId: string }) {
  useEffect(() => watchBatch(batchId, reportError), [batchId])
  const counters = useJobs((state) => state.batches.get(batchId))
  const watched = useJobs((state) => state.watched)
  const [filter, setFilter] = useState<Outcome>()
  const jobs = useMemo(
    () => (watched?.batchId === batchId ? [...watched.jobs.values()] : []),
    [watched, batchId],
  )
  const counts = useMemo(() => {
    const sums = new Map<Outcome, number>()
    for (const job of jobs) {
      const outcome = outcomeOf(job)
      sums.set(outcome, (sums.get(outcome) ?? 0) + 1)
    }
    return sums
  }, [jobs])
  const shown = useMemo(
    () => (filter === undefined ? jobs : jobs.filter((job) => outcomeOf(job) === filter)),
    [jobs, filter],
  )
  if (counters === undefined && jobs.length === 0) {
    return (
      <EmptyState
        icon="check-circle"
        title="This check is no longer listed"
        actions={<Button onClick={() => showPage({ kind: 'history' })}>Show history</Button>}
      >
        Its results are kept in the history of each image.
      </EmptyState>
    )
  }
  return (
    <section className="batch" aria-label={counters?.title ?? 'Check'}>
      <BatchHeader batchId={batchId} counters={counters} jobs={jobs} />
      <div className="batch-counters" role="group" aria-label="Show results by outcome">
        <CounterButton
          label="All"
          count={jobs.length}
          pressed={filter === undefined}
          onPress={() => setFilter(undefined)}
        />
        {outcomes.map((outcome) => (
          <CounterButton
            key={outcome}
            outcome={outcome}
            label={outcomeWords[outcome].word}
            count={counts.get(outcome) ?? 0}
            pressed={filter === outcome}
            onPress={() => setFilter(filter === outcome ? undefined : outcome)}
          />
        ))}
        {counters !== undefined && counters.skipped > 0 && (
          <span className="batch-skipped">{formatCount(counters.skipped)} skipped</span>
        )}
      </div>
      <BatchResults jobs={shown} />
    </section>
  )
}

function BatchHeader({
  batchId,
  counters,
  jobs,
}: {
  readonly batchId: string
  readonly counters: BatchCounters | undefined
  readonly jobs: readonly Job[]
}) {
  const now = useNow(1000)
  const done = counters?.done ?? 0
  const total = counters?.total ?? jobs.length
  const running = counters !== undefined && counters.endedAt === undefined
  const again = jobs.filter((job) => ['unreadable', 'cancelled'].includes(outcomeOf(job)))
  return (
    <header className="batch-header">
      <div className="batch-title">
        <IconButton
          icon="home"
          label="Back to the library"
          onClick={() => showPage({ kind: 'library', scope: { kind: 'all' } })}
        />
        <h2 className="truncate">{counters?.title ?? 'Check'}</h2>
        {running ? (
          <Button
            hint="Cancel – finished results are kept, every image stays as it is"
            onClick={() => cancelBatch(batchId)}
          >
            Cancel
          </Button>
        ) : (
          again.length > 0 && (
            <Button icon="refresh" onClick={() => repeat(again, counters?.title ?? 'Check')}>
              Check {counted(again.length, 'image')} again
            </Button>
          )
        )}
        <ReportButtons
          batchId={batchId}
          disabledReason={done === 0 ? 'Nothing has finished yet' : undefined}
        />
      </div>
      {running && (
        <ProgressBar value={total === 0 ? 0 : done / total} label="Progress of the check" />
      )}
      <p className="muted" role="status">
        {running
          ? `${formatCount(done)} of ${counted(total, 'image')} done (${formatPercent(total === 0 ? 0 : done / total)}), running for ${formatDuration(Math.max(0, now - counters.startedAt))}`
          : `${formatCount(done)} of ${counted(total, 'image')} checked${
              counters?.endedAt === undefined
                ? ''
                : ` in ${formatDuration(counters.endedAt - counters.startedAt)}, finished ${exactDate(counters.endedAt)}`
            }`}
      </p>
    </header>
  )
}

function CounterButton({
  label,
  outcome,
  count,
  pressed,
  onPress,
}: {
  readonly label: string
  readonly outcome?: Outcome
  readonly count: number
  readonly pressed: boolean
  readonly onPress: () => void
}) {
  const words = outcome === undefined ? undefined : outcomeWords[outcome]
  return (
    <button
      type="button"
      className={`batch-counter batch-counter-${count === 0 ? 'none' : (words?.tone ?? 'all')}`}
      aria-pressed={pressed}
      onClick={onPress}
    >
      <span className="batch-counter-number">{formatCount(count)}</span>
      <span className="batch-counter-label">
        {words && <Icon name={words.icon} size={14} />}
        {label}
      </span>
    </button>
  )
}

/** The ones that failed or were cancelled, as a batch of their own. */
function repeat(jobs: readonly Job[], title: string): void {
  const [first] = jobs
  if (first === undefined || isChange(first.request)) return
  host()
    .api['jobs.start']({
      request: first.request,
      imageIds: [...new Set(jobs.map(({ imageId }) => imageId))],
      batchTitle: title.startsWith('Again: ') ? title : `Again: ${title}`.slice(0, 200),
    })
    .then(({ batchId }) => {
      if (batchId !== undefined) showPage({ kind: 'batch', batchId })
    })
    .catch(reportError)
}
