import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { exactDate, relativeDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { copyText } from '../../state/copy-text.ts'
import { useJobs } from '../../state/jobs.ts'
import { showInspectorTab } from '../../state/page.ts'
import { openSheet } from '../../state/sheets.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts, type Fact } from '../../ui/facts.tsx'
import { CommandButton } from '../frame/command-button.tsx'
import { JobProgress } from '../jobs/job-progress.tsx'
import { formatWords } from '../library/format-words.ts'
import { statusOf } from '../library/status-words.ts'
import { AllocationStrip, totalsInWords } from '../map/allocation-strip.tsx'
import { useAllocation } from '../map/use-allocation.ts'
import { whyNoMap } from '../map/why-no-map.ts'
import { ActionsBar } from './actions-bar.tsx'
import { HealthCard } from './health-card.tsx'
import { NeedsCard } from './needs-card.tsx'
import { SizeBars } from './size-bars.tsx'
import { UnreadableFile } from './unreadable-file.tsx'

/** What most people want to know about an image, in one look. */
export function OverviewTab({ row }: { readonly row: LibraryRow }) {
  const job = useJobs((state) => state.byImage.get(row.id))
  const words = texts().inspector.overview
  return (
    <div className="inspector-stack overview">
      <StateBanner row={row} />
      {job !== undefined && (
        <div className="card">
          <JobProgress job={job} />
        </div>
      )}
      {row.error !== undefined && <UnreadableFile row={row} error={row.error} />}
      <ActionsBar row={row} />
      <HealthCard row={row} />
      <Card title={words.space}>
        <SizeBars row={row} />
        <Allocation row={row} />
      </Card>
      <Card title={words.about}>
        <About row={row} />
      </Card>
      <NeedsCard row={row} />
      <Checksum row={row} />
    </div>
  )
}

function StateBanner({ row }: { readonly row: LibraryRow }) {
  const words = texts().inspector.overview
  const now = useNow(30_000)
  if (row.missingSince !== undefined) {
    return (
      <Banner
        tone="warn"
        title={words.missing}
        actions={
          <Button size="small" onClick={() => openSheet({ kind: 'locate', imageId: row.id })}>
            {words.locate}
          </Button>
        }
      >
        {words.missingText(relativeDate(row.missingSince, now))}
      </Banner>
    )
  }
  if (row.use.state === 'writing') {
    return (
      <Banner tone="info" title={statusOf(row, now).text}>
        {statusOf(row, now).detail} {words.inUse}
      </Banner>
    )
  }
  if (row.health === 'untrusted-links' || (row.backing?.state === 'outside' && !row.linksTrusted)) {
    return (
      <Banner
        tone="warn"
        title={words.linksOutside}
        actions={
          <Button size="small" onClick={() => showInspectorTab('chain')}>
            {words.showChain}
          </Button>
        }
      >
        {words.notOpened(row.backing === undefined ? words.theFile : row.backing.name)}
      </Banner>
    )
  }
  if (row.treatedAsRaw === true) {
    return (
      <Banner
        tone="info"
        title={words.treatedAsRaw}
        actions={<CommandButton id="image.detectFormat" size="small" />}
      >
        {words.treatedAsRawText}
      </Banner>
    )
  }
  return null
}

function Allocation({ row }: { readonly row: LibraryRow }) {
  const allocation = useAllocation(row)
  const words = texts().inspector.overview
  if (allocation.kind !== 'ready') return null
  const { summary, stale } = allocation.value
  if (summary === undefined && whyNoMap(row) !== undefined) return null
  return (
    <div className="overview-strip">
      {summary === undefined ? (
        <p className="muted">{words.notMapped}</p>
      ) : (
        <>
          <AllocationStrip summary={summary} />
          <p className="muted">
            {stale ? words.mapIsOld(totalsInWords(summary)) : totalsInWords(summary)}
          </p>
        </>
      )}
      <Button size="small" icon="map" onClick={() => showInspectorTab('map')}>
        {summary === undefined ? words.makeMap : words.openMap}
      </Button>
    </div>
  )
}

function About({ row }: { readonly row: LibraryRow }) {
  const now = useNow(30_000)
  const units = useSettings((state) => state.settings.units)
  const words = texts().inspector.overview
  const when = (label: string, at: number | undefined): readonly Fact[] =>
    at === undefined ? [] : [{ label, value: relativeDate(at, now), title: exactDate(at) }]
  const optional = (label: string, value: string | undefined): readonly Fact[] =>
    value === undefined ? [] : [{ label, value }]
  return (
    <Facts
      items={[
        { label: words.format, value: formatWords(row) },
        ...(row.clusterSize === undefined
          ? []
          : [
              {
                label: words.clusterSize,
                value: formatBytes(row.clusterSize, units),
                title: exactBytes(row.clusterSize),
              },
            ]),
        ...optional(
          words.snapshots,
          row.snapshotCount === undefined || row.snapshotCount === 0
            ? undefined
            : counted(row.snapshotCount, 'snapshot'),
        ),
        ...optional(words.backing, row.backing?.name),
        ...optional(
          texts().library.columns.children,
          row.childCount === 0 ? undefined : formatCount(row.childCount),
        ),
        ...usedBy(row),
        ...optional(
          words.encryption,
          row.encryption === undefined || row.encryption === 'none' ? undefined : row.encryption,
        ),
        { label: words.status, value: statusOf(row, now).text, title: statusOf(row, now).detail },
        ...when(words.modified, row.modifiedAt),
        ...when(words.added, row.addedAt),
      ]}
    />
  )
}

function usedBy({ usedBy: vms }: LibraryRow): readonly Fact[] {
  const { columns, sources, usedBy: named, usedByFrom } = texts().library
  if (vms.length === 0) return []
  return [
    {
      label: columns.usedBy,
      value: vms.map(({ vm, source }) => named(vm, sources[source])).join(', '),
      title: vms
        .map(({ vm, source, config }) => usedByFrom(vm, sources[source], config))
        .join('\n'),
    },
  ]
}

function Checksum({ row }: { readonly row: LibraryRow }) {
  const { contentSha256, hashStale } = row
  const words = texts().inspector.overview
  return (
    <Card title={words.checksum}>
      {contentSha256 === undefined ? (
        <p className="muted">{words.notComputed}</p>
      ) : (
        <>
          <code className="overview-digest selectable">{contentSha256}</code>
          {hashStale && <p className="muted">{words.checksumIsOld}</p>}
        </>
      )}
      <div className="inspector-actions">
        <Button
          size="small"
          icon="hash"
          onClick={() => openSheet({ kind: 'hash', imageId: row.id })}
        >
          {contentSha256 === undefined ? words.compute : words.compare}
        </Button>
        {contentSha256 !== undefined && (
          <Button size="small" icon="copy" onClick={() => copyText(contentSha256, words.sha256)}>
            {texts().common.copy}
          </Button>
        )}
      </div>
    </Card>
  )
}
