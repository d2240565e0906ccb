import { BrowserWindow, nativeTheme, screen } from 'electron'
import { iconFile, preloadScript } from '../places.ts'
import {
  loadWindowState,
  placeWindow,
  saveWindowState,
  smallestWindow,
  type Rectangle,
} from './window-state.ts'
import { windowUrl } from './window-origin.ts'

/** The page's own background, so that nothing flashes before it is drawn. */
const background = { light: '#ffffff', dark: '#17191c' } as const

export interface MainWindowOptions {
  /** Where the window's place is remembered. */
  readonly stateFile: string
  /** Developer tools exist while developing only. */
  readonly isPackaged: boolean
  /** Called as soon as the window exists, before its page is loaded. */
  readonly onCreated: (window: BrowserWindow) => void
}

/** Opens the main window where it was left and resolves when its page is loaded. */
export async function openMainWindow(options: MainWindowOptions): Promise<void> {
  const saved = await loadWindowState(options.stateFile)
  const window = new BrowserWindow({
    ...placeWindow(saved, workAreas()),
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    title: 'Platter',
    icon: iconFile,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? background.dark : background.light,
    webPreferences: {
      preload: preloadScript,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
      spellcheck: false,
      navigateOnDragDrop: false,
      devTools: !options.isPackaged,
    },
  })
  options.onCreated(window)
  if (saved?.maximized === true) window.maximize()
  window.once('ready-to-show', () => window.show())
  const followTheme = (): void =>
    window.setBackgroundColor(nativeTheme.shouldUseDarkColors ? background.dark : background.light)
  nativeTheme.on('updated', followTheme)
  window.once('closed', () => nativeTheme.off('updated', followTheme))
  // At the end is enough: a crash costs the last move, and disks are not written while dragging.
  window.on('close', () => {
    const state = { bounds: window.getNormalBounds(), maximized: window.isMaximized() }
    void saveWindowState(options.stateFile, state).catch(() => undefined)
  })
  await window.loadURL(windowUrl)
}

function workAreas(): readonly [Rectangle, ...Rectangle[]] {
  const primary = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter((display) => display.id !== primary.id)
  return [primary.workArea, ...others.map((display) => display.workArea)]
}
