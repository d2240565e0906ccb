import { useState } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { counted } from '../../format/counts.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { useJobs } from '../../state/jobs.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { JobProgress } from '../jobs/job-progress.tsx'
import { startJob } from '../jobs/job-actions.ts'
import { AllocationStrip } from '../map/allocation-strip.tsx'
import { ExtentList } from '../map/extent-list.tsx'
import { HilbertMap } from '../map/hilbert-map.tsx'
import { MapLegend } from '../map/map-legend.tsx'
import { useAllocation } from '../map/use-allocation.ts'
import { whyNoMap } from '../map/why-no-map.ts'

type View = 'picture' | 'list'

const views = [
  { value: 'picture', label: 'Picture' },
  { value: 'list', label: 'List' },
] as const

/** Where the disk's bytes are: as a picture, and as a list that says the same. */
export function MapTab({ row }: { readonly row: LibraryRow }) {
  const now = useNow(30_000)
  const allocation = useAllocation(row)
  const job = useJobs((state) => state.byImage.get(row.id))
  const [view, setView] = useState<View>('picture')
  const [from, setFrom] = useState(0)
  const mapping = job?.request.kind === 'map' ? job : undefined
  const run = (): void => startJob({ kind: 'map' }, row)

  if (allocation.kind === 'failed') return <ErrorPanel error={allocation.error} />
  if (allocation.kind === 'waiting') return <p className="inspector-waiting">Reading the map…</p>
  const { summary, stale, mappedAt } = allocation.value
  const reason = whyNoMap(row)
  if (summary === undefined && mapping === undefined && reason !== undefined) {
    return (
      <EmptyState icon="map" title="No map">
        {reason}.
      </EmptyState>
    )
  }
  if (summary === undefined) {
    return mapping === undefined ? (
      <EmptyState
        icon="map"
        title="No map yet"
        actions={
          <Button variant="primary" icon="map" onClick={run}>
            Make the map
          </Button>
        }
      >
        The map shows which parts of the virtual disk are stored, zero, compressed, never written or
        read from a backing file. Making it reads tables only, never the data.
      </EmptyState>
    ) : (
      <JobProgress job={mapping} />
    )
  }
  return (
    <div className="inspector-stack">
      {mapping !== undefined && <JobProgress job={mapping} />}
      {stale && mapping === undefined && (
        <Banner
          tone="warn"
          title="The file changed since this map was made"
          actions={
            <Button size="small" disabledReason={reason} onClick={run}>
              Make it again
            </Button>
          }
        />
      )}
      <div className="inspector-bar">
        <Segmented label="Show as" labelHidden options={views} value={view} onChange={setView} />
        <span className="muted" title={mappedAt === undefined ? undefined : exactDate(mappedAt)}>
          {counted(summary.extentCount, 'extent')}
          {mappedAt !== undefined && `, mapped ${relativeDate(mappedAt, now)}`}
        </span>
      </div>
      {view === 'list' ? (
        <ExtentList row={row} from={from} onShowAll={() => setFrom(0)} />
      ) : (
        <>
          <AllocationStrip summary={summary} />
          <HilbertMap
            summary={summary}
            onShowInList={(offset) => {
              setFrom(offset)
              setView('list')
            }}
          />
          <MapLegend summary={summary} />
        </>
      )}
    </div>
  )
}
