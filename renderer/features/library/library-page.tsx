import { Suspense, useEffect, useState } from 'react'
import { runCommand } from '../../commands/registry.ts'
import { clearFilter, isFiltering, useFilter } from '../../state/filter.ts'
import { useInspectorShown, useLayout, toggleInspector } from '../../state/layout.ts'
import { useLibrary } from '../../state/library.ts'
import type { Scope } from '../../state/page.ts'
import { changeSettings, previewSettings, useSettings } from '../../state/settings.ts'
import { useVisibleRows } from '../../state/visible-rows.ts'
import { texts } from '../../texts/texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Splitter } from '../../ui/splitter.tsx'
import { FirstRun } from '../first-run/first-run.tsx'
import { lazily } from '../frame/lazily.ts'
import { StatusBar } from '../frame/status-bar.tsx'
import { emptyWords, type EmptyWords } from './empty-words.ts'
import { LibraryTable } from './library-table.tsx'
import { LibraryToolbar } from './library-toolbar.tsx'
import { OrphansBanner } from './orphans-banner.tsx'
import { useVmPlaces } from './use-vm-places.ts'
import './library-page.css'

export function LibraryPage({ scope }: { readonly scope: Scope }) {
  const empty = useLibrary(
    (state) => state.loaded && state.rows.size === 0 && state.folders.length === 0,
  )
  const inspectorShown = useInspectorShown()
  if (empty) return <FirstRun />
  return (
    <div className="library-page">
      {/* Over both: the rows stay where they are when the inspector comes beside them. */}
      <LibraryToolbar />
      <div className="library-panes">
        <div className="library">
          <LibraryContent scope={scope} />
          <StatusBar />
        </div>
        {inspectorShown && <InspectorPane />}
      </div>
    </div>
  )
}

function LibraryContent({ scope }: { readonly scope: Scope }) {
  const loaded = useLibrary((state) => state.loaded)
  const count = useVisibleRows((state) => state.rows.length)
  const filtering = useFilter(isFiltering)
  const folder = useLibrary((state) =>
    scope.kind === 'folder' ? state.folders.find(({ id }) => id === scope.folderId) : undefined,
  )
  if (count > 0) {
    return (
      <>
        {scope.kind === 'orphans' && <OrphansBanner count={count} />}
        <LibraryTable />
      </>
    )
  }
  if (!loaded) return <div className="library-empty" aria-busy="true" />
  const { filtered } = texts().library.empty
  if (filtering) {
    return (
      <div className="library-empty">
        <EmptyState
          icon="filter"
          title={filtered.title}
          actions={<Button onClick={clearFilter}>{filtered.clear}</Button>}
        >
          {filtered.text}
        </EmptyState>
      </div>
    )
  }
  return scope.kind === 'orphans' ? (
    <NoOrphans />
  ) : (
    <EmptyView words={emptyWords(scope, { folder, knowsMachines: undefined })} />
  )
}

/** Nothing is needless, or nobody can tell: only where machines were found is the first one true. */
function NoOrphans() {
  const places = useVmPlaces(0)
  const knowsMachines = places?.some(({ vms }) => vms > 0)
  return <EmptyView words={emptyWords({ kind: 'orphans' }, { folder: undefined, knowsMachines })} />
}

function EmptyView({ words }: { readonly words: EmptyWords }) {
  const { icon, title, text, offersFolder } = words
  return (
    <div className="library-empty">
      <EmptyState
        icon={icon}
        title={title}
        actions={
          offersFolder && (
            <Button icon="folder-add" onClick={() => runCommand('library.addFolder')}>
              {texts().library.empty.addFolder}
            </Button>
          )
        }
      >
        {text}
      </EmptyState>
    </div>
  )
}

/** Comes right after the list: the window is usable before what explains one image of it is there. */
const Inspector = lazily(async () => (await import('../inspector/inspector.tsx')).Inspector)

const inspectorWidths = { least: 320, most: 760 } as const

function InspectorPane() {
  const stored = useSettings((state) => state.settings.inspectorWidth)
  const tight = useLayout((state) => state.tight)
  const most = useMostWidth()
  const words = texts().inspector
  const width = Math.min(Math.max(stored, inspectorWidths.least), most)
  if (tight) {
    return (
      <aside
        className="inspector-pane inspector-over"
        data-pane="inspector"
        aria-label={words.title}
      >
        <div className="inspector-close">
          <IconButton icon="close" label={words.close} onClick={toggleInspector} />
        </div>
        <Suspense>
          <Inspector />
        </Suspense>
      </aside>
    )
  }
  return (
    <>
      <Splitter
        label={words.width}
        orientation="vertical"
        value={width}
        min={inspectorWidths.least}
        max={most}
        after
        onChange={(inspectorWidth) => previewSettings({ inspectorWidth })}
        onCommit={(inspectorWidth) => changeSettings({ inspectorWidth })}
      />
      <aside
        className="inspector-pane"
        data-pane="inspector"
        aria-label={words.title}
        style={{ width }}
      >
        <Suspense>
          <Inspector />
        </Suspense>
      </aside>
    </>
  )
}

/** The table keeps more than half of what the sidebar leaves. */
const mostWidth = (sidebarWidth: number): number =>
  Math.max(
    inspectorWidths.least,
    Math.min(inspectorWidths.most, Math.round((innerWidth - sidebarWidth) * 0.42)),
  )

function useMostWidth(): number {
  const sidebarWidth = useLayout((state) => state.sidebarWidth)
  const [most, setMost] = useState(() => mostWidth(sidebarWidth))
  useEffect(() => {
    const update = (): void => setMost(mostWidth(sidebarWidth))
    update()
    addEventListener('resize', update)
    return () => removeEventListener('resize', update)
  }, [sidebarWidth])
  return most
}
