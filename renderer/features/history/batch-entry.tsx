import { useState, type ReactNode } from 'react'
import type { Job } from '../../../ipc/schemas/job.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { useJobs } from '../../state/jobs.ts'
import { showPage } from '../../state/page.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { kindWords, requestWords, stateWords } from '../jobs/job-words.ts'
import { historyTexts } from './history-texts.ts'
import '../jobs/job-entry.css'

export interface BatchEntryProps {
  readonly batchId: string
  /** As many of its jobs as were read so far, the newest first; never none. */
  readonly jobs: readonly Job[]
  readonly now: number
  /** The jobs one by one; asked for when the line is unfolded. */
  readonly renderJobs: () => ReactNode
}

/** A run over many images as one line of the history: it opens its report, and unfolds to its jobs. */
export function BatchEntry({ batchId, jobs, now, renderJobs }: BatchEntryProps) {
  const [open, setOpen] = useState(false)
  const known = useJobs((state) => state.batches.get(batchId))
  const words = historyTexts().batch
  const [first] = jobs
  if (first === undefined) return null
  const at = first.endedAt ?? first.queuedAt
  const images = counted(known?.total ?? jobs.length, 'image')
  const failed = jobs.filter(({ state }) => state === 'failed').length
  return (
    <div className="history-batch">
      <details className="job-entry" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <Icon name={kindWords(first.request.kind).icon} />
          <span className="job-entry-what">
            <span className="job-entry-title truncate">
              {known?.title ?? requestWords(first.request)}
            </span>
            <span className="job-entry-summary truncate">{summaryOf(jobs, images)}</span>
          </span>
          {failed > 0 && <Badge tone="bad">{words.failed(formatCount(failed))}</Badge>}
          <span className="job-entry-when" title={exactDate(at)}>
            {relativeDate(at, now)}
          </span>
        </summary>
        {open && <ol className="history-batch-jobs">{renderJobs()}</ol>}
      </details>
      <Button
        size="small"
        icon="details"
        aria-label={words.reportOf(known?.title ?? requestWords(first.request))}
        onClick={() => showPage({ kind: 'batch', batchId })}
      >
        {words.report}
      </Button>
    </div>
  )
}

/** How many came to what end, the most frequent first. */
function summaryOf(jobs: readonly Job[], images: string): string {
  const ends = Object.entries(Object.groupBy(jobs, ({ state }) => state))
    .toSorted(([, some], [, others]) => (others?.length ?? 0) - (some?.length ?? 0))
    .map(([state, some]) =>
      historyTexts().batch.end(formatCount(some.length), stateWords(state as Job['state']).word),
    )
  return [images, ...ends].join(' · ')
}
