import { useEffect, useMemo, useState } from 'react'
import type { BatchCounters, Job, JobKind } from '../../../ipc/schemas/job.ts'
import { counted, formatCount, formatPercent } from '../../format/counts.ts'
import { exactDate } from '../../format/dates.ts'
import { formatDuration } from '../../format/durations.ts'
import { useNow } from '../../state/clock.ts'
import { batchShare } from '../../state/job-reducer.ts'
import { useJobs, watchBatch } from '../../state/jobs.ts'
import { showPage } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { openSheet } from '../../state/sheets.ts'
import { texts } from '../../texts/texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { hasUndo } from '../undo/undo-batch.ts'
import { BatchComparison } from './batch-comparison.tsx'
import { BatchControls } from './batch-controls.tsx'
import { BatchResults } from './batch-results.tsx'
import { batchTexts } from './batch-texts.ts'
import { FollowUpButtons } from './follow-up-buttons.tsx'
import { isAlwaysShown, outcomeOf, outcomesOf, outcomeWords, type Outcome } from './outcome.ts'
import { ReportButtons } from './report-buttons.tsx'
import { runAgain, worthAnotherTry } from './run-again.ts'
import './batch-page.css'

/** The same work on many images, while it goes on and afterwards. */
export function BatchPage({ batchId }: { readonly batchId: string }) {
  const words = batchTexts().page
  useEffect(() => watchBatch(batchId, reportError), [batchId])
  const counters = useJobs((state) => state.batches.get(batchId))
  const watched = useJobs((state) => state.watched)
  const [filter, setFilter] = useState<Outcome>()
  const jobs = useMemo(
    () => (watched?.batchId === batchId ? [...watched.jobs.values()] : []),
    [watched, batchId],
  )
  const kind = counters?.kind ?? jobs[0]?.request.kind ?? 'check'
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
        title={words.gone}
        actions={<Button onClick={() => showPage({ kind: 'history' })}>{words.history}</Button>}
      >
        {words.goneDetail}
      </EmptyState>
    )
  }
  // Those whose plan said no when their turn came have a line of their own.
  const leftOut = (counters?.skipped ?? 0) - (counts.get('skipped') ?? 0)
  return (
    <section className="batch" aria-label={counters?.title ?? words.untitled}>
      <BatchHeader batchId={batchId} kind={kind} counters={counters} jobs={jobs} />
      <div className="batch-counters" role="group" aria-label={words.byOutcome}>
        <CounterButton
          label={words.all}
          count={jobs.length}
          pressed={filter === undefined}
          onPress={() => setFilter(undefined)}
        />
        {outcomesOf(kind)
          .filter((outcome) => isAlwaysShown(outcome, kind) || counts.has(outcome))
          .map((outcome) => {
            const { word, tone, icon } = outcomeWords(outcome, kind)
            return (
              <CounterButton
                key={outcome}
                label={word}
                tone={tone}
                icon={icon}
                count={counts.get(outcome) ?? 0}
                pressed={filter === outcome}
                onPress={() => setFilter(filter === outcome ? undefined : outcome)}
              />
            )
          })}
        {leftOut > 0 && (
          <span className="batch-skipped">{words.leftOut(formatCount(leftOut))}</span>
        )}
      </div>
      {counters?.endedAt !== undefined && (
        <BatchComparison key={batchId} batchId={batchId} kind={kind} />
      )}
      <BatchResults jobs={shown} kind={kind} />
    </section>
  )
}

interface BatchHeaderProps {
  readonly batchId: string
  readonly kind: JobKind
  readonly counters: BatchCounters | undefined
  readonly jobs: readonly Job[]
}

function BatchHeader({ batchId, kind, counters, jobs }: BatchHeaderProps) {
  const words = batchTexts().page
  const now = useNow(1000)
  const done = counters?.done ?? jobs.filter(({ endedAt }) => endedAt !== undefined).length
  const total = counters?.total ?? jobs.length
  const running = counters !== undefined && counters.endedAt === undefined
  const share = useJobs((state) => (counters === undefined ? 0 : batchShare(counters, state.jobs)))
  const again = jobs.filter(worthAnotherTry)
  const title = counters?.title ?? words.untitled
  return (
    <header className="batch-header">
      <div className="batch-title">
        <IconButton
          icon="home"
          label={words.back}
          onClick={() => showPage({ kind: 'library', scope: { kind: 'all' } })}
        />
        <h2 className="truncate">{title}</h2>
        {running ? (
          <BatchControls batch={counters} />
        ) : (
          again.length > 0 && (
            <Button icon="refresh" onClick={() => runAgain(again, title)}>
              {words.again(counted(again.length, 'image'))}
            </Button>
          )
        )}
        {!running && hasUndo(jobs) && (
          <Button icon="undo" onClick={() => openSheet({ kind: 'undo-batch', batchId })}>
            {texts().undo.batch.open}
          </Button>
        )}
        {!running && <FollowUpButtons jobs={jobs} kind={kind} />}
        <ReportButtons
          batchId={batchId}
          disabledReason={done === 0 ? words.nothingFinished : undefined}
        />
      </div>
      {running && (
        <ProgressBar
          value={share}
          label={words.progress}
          {...(counters.paused === true && { tone: 'warn' })}
        />
      )}
      <p className="muted" role="status">
        {running ? stateOf(counters, share, now) : endOf({ done, total, kind, counters })}
      </p>
    </header>
  )
}

function stateOf(
  { done, total, paused, startedAt }: BatchCounters,
  share: number,
  now: number,
): string {
  const words = batchTexts().page
  const images = counted(total, 'image')
  const percent = formatPercent(share)
  return paused === true
    ? words.paused(formatCount(done), images, percent)
    : words.running(
        formatCount(done),
        images,
        percent,
        formatDuration(Math.max(0, now - startedAt)),
      )
}

interface Ended {
  readonly done: number
  readonly total: number
  readonly kind: JobKind
  readonly counters: BatchCounters | undefined
}

function endOf({ done, total, kind, counters }: Ended): string {
  const words = batchTexts().page
  const ended = words.ended[kind === 'check' ? 'check' : 'other']
  const what = ended(formatCount(done), counted(total, 'image'))
  return counters?.endedAt === undefined
    ? what
    : words.endedAt(
        what,
        formatDuration(counters.endedAt - counters.startedAt),
        exactDate(counters.endedAt),
      )
}

interface CounterButtonProps extends Partial<
  Pick<ReturnType<typeof outcomeWords>, 'tone' | 'icon'>
> {
  readonly label: string
  readonly count: number
  readonly pressed: boolean
  readonly onPress: () => void
}

function CounterButton({ label, tone, icon, count, pressed, onPress }: CounterButtonProps) {
  return (
    <button
      type="button"
      className={`batch-counter batch-counter-${count === 0 ? 'none' : (tone ?? 'all')}`}
      aria-pressed={pressed}
      onClick={onPress}
    >
      <span className="batch-counter-number">{formatCount(count)}</span>
      <span className="batch-counter-label">
        {icon && <Icon name={icon} size={14} />}
        {label}
      </span>
    </button>
  )
}
