import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import type { Job, JobKind } from '../../../ipc/schemas/job.ts'
import { counted, formatCount, formatPercent } from '../../format/counts.ts'
import { formatDuration } from '../../format/durations.ts'
import { runCommand } from '../../commands/registry.ts'
import { useLibrary } from '../../state/library.ts'
import { revealImages } from '../library/reveal-images.ts'
import { explain } from '../../state/explain-error.ts'
import { texts } from '../../texts/texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckResultView } from '../check/check-result-view.tsx'
import { useFullCheck } from '../check/use-full-check.ts'
import { JobProgress } from '../jobs/job-progress.tsx'
import { LogButton } from '../jobs/job-controls.tsx'
import { Receipt } from '../plan/receipt.tsx'
import { UndoButton } from '../undo/undo-button.tsx'
import { hasEnded, shareOf } from '../../state/job-reducer.ts'
import { summaryOf } from '../jobs/summary-of.ts'
import { batchTexts } from './batch-texts.ts'
import { outcomeBadge, outcomeOf, outcomesOf } from './outcome.ts'

const rowHeight = 32

export interface BatchResultsProps {
  readonly jobs: readonly Job[]
  readonly kind: JobKind
}

/** The results of a batch, the worst first. A line opens the whole result. */
export function BatchResults({ jobs, kind }: BatchResultsProps) {
  const words = batchTexts().page
  const order = useMemo(() => outcomesOf(kind), [kind])
  const [opened, setOpened] = useState<string>()
  const scroller = useRef<HTMLDivElement>(null)
  const sorted = useMemo(
    () =>
      jobs.toSorted(
        (a, b) =>
          order.indexOf(outcomeOf(a)) - order.indexOf(outcomeOf(b)) ||
          byText(a.imagePath, b.imagePath),
      ),
    [jobs, order],
  )
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  })
  const open = opened === undefined ? undefined : jobs.find(({ id }) => id === opened)
  return (
    <div
      ref={scroller}
      className="batch-results"
      role="table"
      tabIndex={0}
      aria-label={words.resultsLabel}
      aria-rowcount={sorted.length + 1}
    >
      <div className="batch-row batch-row-head" role="row" aria-rowindex={1}>
        <span role="columnheader">{words.outcome}</span>
        <span role="columnheader">{words.image}</span>
        <span role="columnheader">{words.found}</span>
        <span role="columnheader">{words.time}</span>
        <span role="columnheader">
          <span className="visually-hidden">{words.show}</span>
        </span>
      </div>
      <div role="rowgroup" className="batch-rows" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const job = sorted[index]
          return (
            job && (
              <ResultRow
                key={job.id}
                job={job}
                index={index}
                top={start}
                onOpen={() => setOpened(job.id)}
              />
            )
          )
        })}
      </div>
      {sorted.length === 0 && <p className="batch-none">{words.noneOfOutcome}</p>}
      {open !== undefined && <ResultDialog job={open} onClose={() => setOpened(undefined)} />}
    </div>
  )
}

/** Paths are told apart, not alphabetised: ten thousand are sorted anew with every result. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** What a repair is for. */
const brokenHealths: ReadonlySet<string> = new Set(['leaks', 'needs-repair', 'damaged'])

interface ResultDialogProps {
  readonly job: Job
  readonly onClose: () => void
}

function ResultDialog({ job, onClose }: ResultDialogProps) {
  const check = useFullCheck(job)
  const isBroken = check !== undefined && brokenHealths.has(check.health)
  const isThere = useLibrary((state) => state.rows.has(job.imageId))
  const words = batchTexts().page
  return (
    <Dialog
      title={job.imageName}
      description={job.imagePath}
      onClose={onClose}
      footer={
        hasEnded(job) && (
          <>
            <LogButton job={job} />
            <UndoButton job={job} />
            {isThere && (
              <Button
                icon="inspector"
                onClick={() => {
                  onClose()
                  revealImages([job.imageId])
                }}
              >
                {words.showImage}
              </Button>
            )}
            {isThere && isBroken && (
              <Button
                icon="wrench"
                onClick={() => {
                  onClose()
                  runCommand('image.repair', [job.imageId])
                }}
              >
                {words.repair}
              </Button>
            )}
            <Button variant="primary" onClick={onClose}>
              {texts().common.close}
            </Button>
          </>
        )
      }
    >
      {check !== undefined ? (
        <CheckResultView check={check} />
      ) : hasEnded(job) ? (
        <Receipt job={job} />
      ) : (
        <JobProgress job={job} explained />
      )}
    </Dialog>
  )
}

function ResultRow({
  job,
  index,
  top,
  onOpen,
}: {
  readonly job: Job
  readonly index: number
  readonly top: number
  readonly onOpen: () => void
}) {
  const { word, tone, icon } = outcomeBadge(job)
  const words = batchTexts().page
  const canOpen = job.state !== 'queued'
  return (
    <div
      className="batch-row"
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="cell">
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
      </span>
      <span role="cell" className="batch-image truncate" title={job.imagePath}>
        {job.imageName}
        <span className="batch-folder">{folderOf(job.imagePath)}</span>
      </span>
      <span role="cell" className="truncate" title={foundIn(job)}>
        {foundIn(job)}
      </span>
      <span role="cell" className="batch-time">
        {job.startedAt === undefined || job.endedAt === undefined
          ? '–'
          : formatDuration(job.endedAt - job.startedAt)}
      </span>
      <span role="cell">
        {canOpen && (
          <Button
            size="small"
            variant="quiet"
            aria-label={words.showResult(job.imageName)}
            onClick={onOpen}
          >
            {words.show}
          </Button>
        )}
      </span>
    </div>
  )
}

function foundIn(job: Job): string {
  if (job.error !== undefined) return explain(job.error).title
  if (job.result?.kind !== 'check') {
    const share = shareOf(job)
    return summaryOf(job) ?? (share === undefined ? '–' : formatPercent(share))
  }
  const words = batchTexts().page
  const { corruptions, leaks, checkErrors, warnings, live } = job.result.check
  const parts = [
    corruptions > 0 && counted(corruptions, 'corruption'),
    checkErrors > 0 && counted(checkErrors, 'checkError'),
    leaks > 0 && words.leaked(formatCount(leaks)),
    warnings > 0 && counted(warnings, 'warning'),
  ].filter((part) => part !== false)
  const found = parts.length === 0 ? words.noProblems : parts.join(', ')
  return live ? words.live(found) : found
}

const folderOf = (path: string): string => path.replace(/[\\/][^\\/]*$/, '')
