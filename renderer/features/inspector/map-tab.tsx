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
import { mapTabTexts } from '../map/map-tab-texts.ts'
import { useAllocation } from '../map/use-allocation.ts'
import { whyNoMap } from '../map/why-no-map.ts'

const views = ['picture', 'list'] as const

type View = (typeof views)[number]

/** Where the disk's bytes are: as a picture, and as a list that says the same. */
export function MapTab({ row }: { readonly row: LibraryRow }) {
  const words = mapTabTexts()
  const now = useNow(30_000)
  const allocation = useAllocation(row)
  const job = useJobs((state) => state.byImage.get(row.id))
  const [view, setView] = useState<View>('picture')
  const [from, setFrom] = useState(0)
  const mapping = job?.request.kind === 'map' ? job : undefined
  const run = (): void => startJob({ kind: 'map' }, row)

  if (allocation.kind === 'failed') return <ErrorPanel error={allocation.error} />
  if (allocation.kind === 'waiting') return <p className="inspector-waiting">{words.reading}</p>
  const { summary, stale, mappedAt } = allocation.value
  const reason = whyNoMap(row)
  if (summary === undefined && mapping === undefined && reason !== undefined) {
    return (
      <EmptyState icon="map" title={words.none}>
        {words.sentence(reason)}
      </EmptyState>
    )
  }
  if (summary === undefined) {
    return mapping === undefined ? (
      <EmptyState
        icon="map"
        title={words.notYet.title}
        actions={
          <Button variant="primary" icon="map" onClick={run}>
            {words.notYet.make}
          </Button>
        }
      >
        {words.notYet.text}
      </EmptyState>
    ) : (
      <JobProgress job={mapping} />
    )
  }
  const extents = counted(summary.extentCount, 'extent')
  return (
    <div className="inspector-stack">
      {mapping !== undefined && <JobProgress job={mapping} />}
      {stale && mapping === undefined && (
        <Banner
          tone="warn"
          title={words.stale}
          actions={
            <Button size="small" disabledReason={reason} onClick={run}>
              {words.again}
            </Button>
          }
        />
      )}
      <div className="inspector-bar">
        <Segmented
          label={words.show}
          labelHidden
          options={views.map((value) => ({ value, label: words.views[value] }))}
          value={view}
          onChange={setView}
        />
        <span className="muted" title={mappedAt === undefined ? undefined : exactDate(mappedAt)}>
          {mappedAt === undefined ? extents : words.mapped(extents, relativeDate(mappedAt, now))}
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
