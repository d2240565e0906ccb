import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { useNow } from '../../state/clock.ts'
import { useJobs } from '../../state/jobs.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { historyTexts } from '../history/history-texts.ts'
import { JobEntry } from '../jobs/job-entry.tsx'
import { earlierOf, useHistory } from '../jobs/use-history.ts'

/** What was done with this image, by whom and with what result; kept when the file is gone. */
export function HistoryTab({ row }: { readonly row: LibraryRow }) {
  const now = useNow(30_000)
  const version = useJobs((state) => state.endedAt.get(row.id)) ?? 0
  const { jobs, loading, error, hasMore, loadMore } = useHistory({ imageId: row.id, version })
  const words = historyTexts()
  if (error !== undefined) return <ErrorPanel error={error} />
  if (jobs.length === 0) {
    return loading ? (
      <p className="inspector-waiting">{words.ofImage.reading}</p>
    ) : (
      <EmptyState icon="history" title={words.ofImage.emptyTitle}>
        {words.ofImage.emptyText}
      </EmptyState>
    )
  }
  return (
    <div className="inspector-stack">
      <ol className="inspector-cards">
        {jobs.map((job, index) => (
          <li key={job.id}>
            <JobEntry job={job} earlier={earlierOf(jobs, index)} now={now} />
          </li>
        ))}
      </ol>
      {hasMore && (
        <Button busy={loading} onClick={loadMore}>
          {words.older}
        </Button>
      )}
    </div>
  )
}
