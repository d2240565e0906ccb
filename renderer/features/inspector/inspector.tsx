import { Suspense, useMemo, type ReactNode } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { host } from '../../host.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { copyText } from '../../state/copy-text.ts'
import { useLibrary } from '../../state/library.ts'
import { showInspectorTab, useInspectorTab } from '../../state/page.ts'
import { reportError } from '../../state/report-error.ts'
import { useSelection } from '../../state/selection.ts'
import { texts } from '../../texts/texts.ts'
import { IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { lazily } from '../frame/lazily.ts'
import { HealthBadge } from '../library/health-badge.tsx'
import { OverviewTab } from './overview-tab.tsx'
import { SelectionSummary } from './selection-summary.tsx'
import { WithFile } from './with-info.tsx'
import './inspector.css'

const ChainTab = lazily(async () => (await import('./chain-tab.tsx')).ChainTab)
const DetailsTab = lazily(async () => (await import('./details-tab.tsx')).DetailsTab)
const HistoryTab = lazily(async () => (await import('./history-tab.tsx')).HistoryTab)
const MapTab = lazily(async () => (await import('./map-tab.tsx')).MapTab)
const SnapshotsView = lazily(
  async () => (await import('../snapshots/snapshots-view.tsx')).SnapshotsView,
)

/** Everything about what is selected: nothing, one image, or several together. */
export function Inspector() {
  const selected = useSelection((state) => state.selected)
  const rows = useLibrary((state) => state.rows)
  const images = useMemo(() => [...selected].flatMap((id) => rows.get(id) ?? []), [selected, rows])
  const [only, ...others] = images
  if (only === undefined) {
    return (
      <div className="inspector">
        <EmptyState icon="inspector" title={texts().inspector.none.title}>
          {texts().inspector.none.text}
        </EmptyState>
      </div>
    )
  }
  return (
    <div className="inspector">
      {others.length > 0 ? (
        <SelectionSummary rows={images} />
      ) : (
        <ImageInspector key={only.id} row={only} />
      )}
    </div>
  )
}

function ImageInspector({ row }: { readonly row: LibraryRow }) {
  const tab = useInspectorTab()
  const words = texts().inspector
  const canShow = useAppInfo((state) => state.info?.capabilities.showInFolder === true)
  return (
    <>
      <header className="inspector-header">
        <div className="inspector-title">
          <h2 className="truncate" title={row.name}>
            {row.name}
          </h2>
          <HealthBadge row={row} />
        </div>
        <div className="inspector-path">
          <span className="truncate selectable" title={row.path}>
            {row.path}
          </span>
          <IconButton
            icon="copy"
            size="small"
            label={words.copyPath}
            onClick={() => copyText(row.path, words.path)}
          />
          {canShow && (
            <IconButton
              icon="folder"
              size="small"
              label={words.showInFolder}
              disabledReason={row.missingSince === undefined ? undefined : texts().commands.missing}
              onClick={() => {
                host().api['shell.showInFolder']({ imageId: row.id }).catch(reportError)
              }}
            />
          )}
        </div>
      </header>
      <Tabs
        label={words.about(row.name)}
        value={tab}
        onChange={showInspectorTab}
        tabs={[
          { id: 'overview', label: words.tabs.overview, panel: panel(<OverviewTab row={row} />) },
          { id: 'map', label: words.tabs.map, panel: panel(<MapTab row={row} />) },
          {
            id: 'snapshots',
            label: words.tabs.snapshots,
            panel: panel(
              <WithFile row={row}>
                <SnapshotsView row={row} />
              </WithFile>,
            ),
          },
          { id: 'chain', label: words.tabs.chain, panel: panel(<ChainTab row={row} />) },
          { id: 'history', label: words.tabs.history, panel: panel(<HistoryTab row={row} />) },
          { id: 'details', label: words.tabs.details, panel: panel(<DetailsTab row={row} />) },
        ]}
      />
    </>
  )
}

const panel = (content: ReactNode) => (
  <div className="inspector-panel">
    <Suspense>{content}</Suspense>
  </div>
)
