import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import type { Job } from '../../../ipc/schemas/job.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { formatDuration } from '../../format/durations.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { CheckResultView } from './check-result-view.tsx'
import { useFullCheck } from './use-full-check.ts'
import { outcomeBadge, outcomeOf, outcomes } from './outcome.ts'

const rowHeight = 32

/** The results of a batch, the worst first. A line opens the whole result. */
export function BatchResults({ jobs }: { readonly jobs: readonly Job[] }) {
  const [opened, setOpened] = useState<string>()
  const scroller = useRef<HTMLDivElement>(null)
  const sorted = useMemo(
    () =>
      jobs.toSorted(
        (a, b) =>
          outcomes.indexOf(outcomeOf(a)) - outcomes.indexOf(outcomeOf(b)) ||
          byText(a.imagePath, b.imagePath),
      ),
    [jobs],
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
      aria-label="Results"
      aria-rowcount={sorted.length + 1}
    >
      <div className="batch-row batch-row-head" role="row" aria-rowindex={1}>
        <span role="columnheader">Outcome</span>
        <span role="columnheader">Image</span>
        <span role="columnheader">Found</span>
        <span role="columnheader">Time</span>
        <span role="columnheader">
          <span className="visually-hidden">Result</span>
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
      {sorted.length === 0 && <p className="batch-none">No image has this outcome.</p>}
      {open !== undefined && <ResultDialog job={open} onClose={() => setOpened(undefined)} />}
    </div>
  )
}

/** Paths are told apart, not alphabetised: ten thousand are sorted anew with every result. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function ResultDialog({ job, onClose }: { readonly job: Job; readonly onClose: () => void }) {
  const check = useFullCheck(job)
  return (
    <Dialog title={job.imageName} description={job.imagePath} onClose={onClose}>
      {check === undefined ? (
        job.error && <ErrorPanel error={job.error} />
      ) : (
        <CheckResultView check={check} />
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
  const canOpen = job.result !== undefined || job.error !== undefined
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
            aria-label={`Show the result of ${job.imageName}`}
            onClick={onOpen}
          >
            Show
          </Button>
        )}
      </span>
    </div>
  )
}

function foundIn(job: Job): string {
  if (job.error !== undefined) return job.error.explanation.title
  if (job.result?.kind !== 'check') return '–'
  const { corruptions, leaks, checkErrors, warnings, live } = job.result.check
  const parts = [
    corruptions > 0 && counted(corruptions, 'corruption'),
    checkErrors > 0 && counted(checkErrors, 'check error'),
    leaks > 0 && `${formatCount(leaks)} leaked`,
    warnings > 0 && counted(warnings, 'warning'),
  ].filter((part) => part !== false)
  return `${parts.length === 0 ? 'No problems' : parts.join(', ')}${live ? ' (live)' : ''}`
}

const folderOf = (path: string): string => path.replace(/[\\/][^\\/]*$/, '')
