import { useEffect, useRef, useState } from 'react'
import { changeKind } from '../../../ipc/schemas/change.ts'
import type { Job, JobKind } from '../../../ipc/schemas/job.ts'
import { useNow } from '../../state/clock.ts'
import { useJobs } from '../../state/jobs.ts'
import { libraryRow } from '../../state/library.ts'
import { showInspector, showPage } from '../../state/page.ts'
import { select } from '../../state/selection.ts'
import { toast } from '../../state/toasts.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { JobEntry } from '../jobs/job-entry.tsx'
import { earlierOf, useHistory } from '../jobs/use-history.ts'
import { BatchEntry } from './batch-entry.tsx'
import { historyLines } from './history-lines.ts'
import { historyTexts } from './history-texts.ts'
import './history-page.css'

const choices = ['all', 'check', 'hash', 'map', 'changes'] as const

type Choice = (typeof choices)[number]

function kindsOf(choice: Choice): readonly JobKind[] | undefined {
  if (choice === 'all') return undefined
  return choice === 'changes' ? changeKind.options : [choice]
}

/** Everything that was done, over all images, newest first. */
export function HistoryPage() {
  const [choice, setChoice] = useState<Choice>('all')
  const words = historyTexts()
  const now = useNow(30_000)
  // Grows with every job that ends, so that the newest entry is there at once.
  const version = useJobs((state) => Math.max(0, ...state.endedAt.values()))
  const { jobs, loading, error, hasMore, loadMore } = useHistory({
    kinds: kindsOf(choice),
    version,
  })
  const end = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const mark = end.current
    if (mark === null || !hasMore) return undefined
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) loadMore()
      },
      { rootMargin: '400px' },
    )
    observer.observe(mark)
    return () => observer.disconnect()
  }, [hasMore, loadMore])

  const entryOf = (job: Job) => (
    <li key={job.id}>
      <JobEntry
        job={job}
        earlier={earlierOf(jobs, jobs.indexOf(job))}
        now={now}
        onShowImage={() => showImage(job.imageId, job.imageName)}
      />
    </li>
  )
  return (
    <section className="history-page" aria-label={words.title}>
      <header className="history-header">
        <Segmented
          label={words.show}
          labelHidden
          options={choices.map((value) => ({ value, label: words.choices[value] }))}
          value={choice}
          onChange={(value) => setChoice(value)}
        />
      </header>
      <div className="history-scroller" tabIndex={0} role="region" aria-label={words.entries}>
        {error !== undefined && <ErrorPanel error={error} />}
        {jobs.length === 0 && error === undefined && !loading && (
          <EmptyState icon="history" title={words.empty.title}>
            {words.empty.text}
          </EmptyState>
        )}
        <ol className="inspector-cards">
          {historyLines(jobs).map((line) =>
            line.kind === 'job' ? (
              entryOf(line.job)
            ) : (
              <li key={`batch ${line.batchId}`}>
                <BatchEntry {...line} now={now} renderJobs={() => line.jobs.map(entryOf)} />
              </li>
            ),
          )}
        </ol>
        <div ref={end} className="history-end">
          {hasMore && (
            <Button busy={loading} onClick={loadMore}>
              {words.older}
            </Button>
          )}
        </div>
      </div>
    </section>
  )
}

function showImage(imageId: number, name: string): void {
  if (libraryRow(imageId) === undefined) {
    toast({ title: historyTexts().gone(name), tone: 'info' })
    return
  }
  showPage({ kind: 'library', scope: { kind: 'all' } })
  select([imageId])
  showInspector('history')
}
