import { BrowserWindow, nativeTheme, screen } from 'electron'
import { iconFile, preloadScript } from '../places.ts'
import {
  loadWindowState,
  placeWindow,
  saveWindowState,
  type Rectangle,
  type WindowSizes,
} from './window-state.ts'

/** The page's own background, so that nothing flashes before it is drawn. */
const background = { light: '#ffffff', dark: '#17191c' } as const

export interface AppWindowOptions {
  readonly url: string
  readonly title: string
  /** Where the window's place is remembered. */
  readonly stateFile: string
  readonly sizes: WindowSizes
  /** Developer tools exist while developing only. */
  readonly isPackaged: boolean
  /** Windows that it must not hide: it opens beside their top left corners. */
  readonly besides?: readonly BrowserWindow[]
  /** Called as soon as the window exists, before its page is loaded. */
  readonly onCreated: (window: BrowserWindow) => void
}

/** Opens a window of ours where the last one of its kind was left and resolves when its page is loaded. */
export async function openAppWindow(options: AppWindowOptions): Promise<void> {
  const { url, title, stateFile, sizes, isPackaged, besides = [], onCreated } = options
  const saved = loadWindowState(stateFile)
  const taken = besides.map((other) => other.getNormalBounds())
  const window = new BrowserWindow({
    ...placeWindow(saved, workAreas(), { sizes, taken }),
    minWidth: sizes.smallest.width,
    minHeight: sizes.smallest.height,
    title,
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
      devTools: !isPackaged,
    },
  })
  onCreated(window)
  if (saved?.maximized === true) window.maximize()
  window.once('ready-to-show', () => window.show())
  const followTheme = (): void =>
    window.setBackgroundColor(nativeTheme.shouldUseDarkColors ? background.dark : background.light)
  nativeTheme.on('updated', followTheme)
  window.once('closed', () => nativeTheme.off('updated', followTheme))
  // At the end is enough: a crash costs the last move, and disks are not written while dragging.
  window.on('close', () => {
    saveWindowState(stateFile, {
      bounds: window.getNormalBounds(),
      maximized: window.isMaximized(),
    })
  })
  await window.loadURL(url)
}

function workAreas(): readonly [Rectangle, ...Rectangle[]] {
  const primary = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter((display) => display.id !== primary.id)
  return [primary.workArea, ...others.map((display) => display.workArea)]
}
