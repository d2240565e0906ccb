import { counted, formatCount, formatPercent } from '../../format/counts.ts'
import { shownShortcut } from '../../commands/platform.ts'
import { commandOf, runCommand } from '../../commands/registry.ts'
import { useJobs } from '../../state/jobs.ts'
import { useLayout } from '../../state/layout.ts'
import { useLibrary } from '../../state/library.ts'
import { usePage, type Page } from '../../state/page.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { unreachable } from '../../unreachable.ts'
import { CommandButton, CommandIconButton } from './command-button.tsx'
import './top-bar.css'

export function TopBar() {
  const narrow = useLayout((state) => state.narrow)
  const words = texts().frame.topBar
  const title = usePageTitle(usePage((state) => state.page))
  return (
    <header className="top-bar" data-pane="toolbar">
      {narrow && (
        <IconButton
          icon="sidebar"
          label={words.sidebar}
          onClick={() => usePage.setState(({ sidebarOver }) => ({ sidebarOver: !sidebarOver }))}
        />
      )}
      <h1 className="top-bar-title truncate">{title}</h1>
      <PaletteButton />
      <div className="top-bar-actions">
        <CommandButton id="library.newImage" label={words.newImage} />
        <CommandButton id="library.openImage" label={words.openImage} />
        <CommandButton id="library.addFolder" label={words.addFolder} />
        <ActivityButton />
        <CommandIconButton id="view.settings" label={words.settings} />
      </div>
    </header>
  )
}

/** Looks like the field it opens: people look for a field. */
function PaletteButton() {
  return (
    <button type="button" className="top-bar-search" onClick={() => runCommand('view.palette')}>
      <Icon name="search" />
      <span className="truncate">{texts().frame.topBar.search}</span>
      <kbd>{shownShortcut(commandOf('view.palette'))}</kbd>
    </button>
  )
}

function ActivityButton() {
  const { running, share } = useJobs((state) => state.activity)
  const open = useSettings((state) => state.settings.drawerOpen)
  const words = texts().frame.topBar
  const figures = [formatCount(running), ...(share === undefined ? [] : [formatPercent(share)])]
  return (
    <Button
      variant="quiet"
      icon="activity"
      aria-pressed={open}
      aria-label={running === 0 ? words.activity : words.activityRunning(counted(running, 'job'))}
      hint={`${words.activity}  ${shownShortcut(commandOf('view.activity')) ?? ''}`}
      onClick={() => runCommand('view.activity')}
    >
      {running === 0 ? words.activity : `${words.activity} (${figures.join(', ')})`}
    </Button>
  )
}

function usePageTitle(page: Page): string {
  const folders = useLibrary((state) => state.folders)
  const { sidebar, scopes, empty } = texts().library
  switch (page.kind) {
    case 'history':
      return sidebar.history
    case 'chains':
      return sidebar.chains
    case 'batch':
      return texts().batches.results
    case 'library': {
      const { scope } = page
      if (scope.kind !== 'folder') return scopes[scope.kind]
      return folders.find(({ id }) => id === scope.folderId)?.path ?? empty.folder.theFolder
    }
    default:
      return unreachable(page)
  }
}
