import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { Suspense, useEffect } from 'react'
import { listenForShortcuts } from './commands/keyboard.ts'
import { followMenuState } from './commands/menu-state.ts'
import { DropTarget } from './features/add-folder/drop-target.tsx'
import { ActivityDrawer } from './features/activity/activity-drawer.tsx'
import { lazily } from './features/frame/lazily.ts'
import { LiveRegion } from './features/frame/live-region.tsx'
import { NoConnection } from './features/frame/no-connection.tsx'
import { Notices } from './features/frame/notices.tsx'
import { Sheets } from './features/frame/sheets.tsx'
import { TopBar } from './features/frame/top-bar.tsx'
import { WindowFault } from './features/frame/window-fault.tsx'
import { LibraryPage } from './features/library/library-page.tsx'
import { Sidebar } from './features/sidebar/sidebar.tsx'
import { tellOfNews } from './features/notify/tell-of-news.ts'
import { tellOfChanges } from './features/undo/tell-of-changes.ts'
import { useAppInfo } from './state/app-info.ts'
import { drawerHeights, followWindowWidth, sidebarWidths, useLayout } from './state/layout.ts'
import { usePage, type Page } from './state/page.ts'
import { useSettings } from './state/settings.ts'
import { followView } from './state/view-state.ts'
import { followVisibleRows } from './state/visible-rows.ts'
import { windowImage } from './state/window-image.ts'
import { setLanguage, texts } from './texts/texts.ts'
import { unreachable } from './unreachable.ts'
import { followCutTexts } from './ui/cut-texts.ts'
import { popupContainer } from './ui/popup-container.ts'
import { focusShownPage, followFocus } from './ui/return-focus.ts'
import { Splitter } from './ui/splitter.tsx'
import { Toasts } from './ui/toasts.tsx'
import './app.css'

export function App() {
  const language = useSettings((state) => state.settings.language)
  setLanguage(language)
  // Another key draws everything anew: texts are asked for while drawing and kept nowhere.
  return (
    <WindowFault>
      <Frame key={language} />
    </WindowFault>
  )
}

function Frame() {
  const info = useAppInfo((state) => state.info)
  const connection = useAppInfo((state) => state.connection)
  useEffect(followWindowWidth, [])
  useEffect(followVisibleRows, [])
  useEffect(listenForShortcuts, [])
  useEffect(followMenuState, [])
  useEffect(tellOfChanges, [])
  useEffect(tellOfNews, [])
  useEffect(followCutTexts, [])
  useEffect(followFocus, [])
  useEffect(followPages, [])
  useTheme()
  useEffect(labelDocument, [])
  return (
    <CSPProvider disableStyleElements>
      <Tooltip.Provider>
        {/* The first connection decides; a lost one keeps the window with what was known. */}
        {info === undefined ? <NoConnection connection={connection} /> : <Content />}
        <Sheets />
        <WindowToasts />
        <LiveRegion />
      </Tooltip.Provider>
    </CSPProvider>
  )
}

function Content() {
  // Not before the window is as it was left.
  useEffect(followView, [])
  const image = windowImage()
  return image === undefined ? (
    <Window />
  ) : (
    <Suspense>
      <ImageWindow imageId={image} />
    </Suspense>
  )
}

function Window() {
  const page = usePage((state) => state.page)
  const drawerOpen = useSettings((state) => state.settings.drawerOpen)
  const narrow = useLayout((state) => state.narrow)
  const sidebarOver = usePage((state) => state.sidebarOver)
  return (
    <DropTarget>
      {(!narrow || sidebarOver) && (
        <Sidebar over={narrow}>{!narrow && <SidebarSplitter />}</Sidebar>
      )}
      <div className="app-main">
        <TopBar />
        <Notices />
        <main className="app-page" tabIndex={-1} data-page={page.kind}>
          <Suspense>
            <PageContent page={page} />
          </Suspense>
        </main>
        {drawerOpen && <Drawer />}
      </div>
    </DropTarget>
  )
}

function PageContent({ page }: { readonly page: Page }) {
  switch (page.kind) {
    case 'library':
      return <LibraryPage scope={page.scope} />
    case 'chains':
      return <ChainPage key={page.imageId ?? 'all'} imageId={page.imageId} />
    case 'history':
      return <HistoryPage />
    case 'batch':
      return <BatchPage key={page.batchId} batchId={page.batchId} />
    default:
      return unreachable(page)
  }
}

const BatchPage = lazily(async () => (await import('./features/batch/batch-page.tsx')).BatchPage)
const HistoryPage = lazily(
  async () => (await import('./features/history/history-page.tsx')).HistoryPage,
)
const ChainPage = lazily(async () => (await import('./features/chain/chain-page.tsx')).ChainPage)

const ImageWindow = lazily(
  async () => (await import('./features/image-window/image-window.tsx')).ImageWindow,
)

function SidebarSplitter() {
  const width = useLayout((state) => state.sidebarWidth)
  return (
    <Splitter
      label={texts().frame.sidebarWidth}
      orientation="vertical"
      value={width}
      min={sidebarWidths.least}
      max={sidebarWidths.most}
      onChange={(sidebarWidth) => useLayout.setState({ sidebarWidth })}
    />
  )
}

function Drawer() {
  const height = useLayout((state) => state.drawerHeight)
  return (
    <aside className="app-drawer-area" aria-label={texts().frame.drawer}>
      <Splitter
        label={texts().frame.drawerHeight}
        orientation="horizontal"
        value={height}
        min={drawerHeights.least}
        max={drawerHeights.most}
        after
        onChange={(drawerHeight) => useLayout.setState({ drawerHeight })}
      />
      <div className="app-drawer" data-pane="activity" style={{ height }}>
        <ActivityDrawer />
      </div>
    </aside>
  )
}

/** Above the drawer while it is open; its height has the limit of app.css. */
function WindowToasts() {
  const drawerOpen = useSettings((state) => state.settings.drawerOpen)
  const height = useLayout((state) => state.drawerHeight)
  const hasDrawer = drawerOpen && windowImage() === undefined
  return <Toasts raisedBy={hasDrawer ? `min(${height}px, 60vh)` : '0'} />
}

const followPages = (): (() => void) =>
  usePage.subscribe(({ page }, before) => {
    if (page !== before.page) focusShownPage()
  })

/** What the page has around the window: its language, and the landmark that dialogs are drawn in. */
function labelDocument(): void {
  document.documentElement.lang = useSettings.getState().settings.language
  popupContainer()?.setAttribute('aria-label', texts().frame.popups)
}

/** The tokens follow these attributes of the document. */
function useTheme(): void {
  const theme = useSettings((state) => state.settings.theme)
  const density = useSettings((state) => state.settings.density)
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
    document.documentElement.dataset['density'] = density
  }, [theme, density])
}
