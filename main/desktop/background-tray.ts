import { Menu, Tray } from 'electron'
import { trayIconFile } from '../places.ts'
import { desktopTexts } from './texts/desktop-texts.ts'

export interface BackgroundTrayActions {
  readonly show: () => void
  readonly pauseAll: () => void
  readonly resumeAll: () => void
  readonly quit: () => void
}

/**
 * The icon that shows jobs going on without a window. A desktop may have no place for it; starting
 * Platter again brings the window back there.
 */
export class BackgroundTray {
  readonly #actions: BackgroundTrayActions
  #tray: Tray | undefined
  /** In per cent; undefined before the first figure. */
  #progress: number | undefined
  #isPaused = false

  constructor(actions: BackgroundTrayActions) {
    this.#actions = actions
  }

  show(): void {
    if (this.#tray !== undefined) return
    this.#tray = new Tray(trayIconFile)
    this.#tray.on('click', this.#actions.show)
    this.draw()
  }

  hide(): void {
    this.#tray?.destroy()
    this.#tray = undefined
  }

  showProgress(fraction: number, isPaused: boolean): void {
    const progress = Math.floor(fraction * 100)
    if (progress === this.#progress && isPaused === this.#isPaused) return
    this.#progress = progress
    this.#isPaused = isPaused
    this.draw()
  }

  /** Also when the language has changed. */
  draw(): void {
    const tray = this.#tray
    if (tray === undefined) return
    const { show, pauseAll, resumeAll, quit } = this.#actions
    const words = desktopTexts().tray
    const progress = progressWords(this.#progress, this.#isPaused)
    tray.setToolTip(words.hint(progress))
    // Some Linux desktops show no tooltip, and none shows a change of a menu that it has.
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: progress, enabled: false },
        { type: 'separator' },
        { id: 'show', label: words.show, click: show },
        this.#isPaused
          ? { id: 'resumeAll', label: words.resumeAll, click: resumeAll }
          : { id: 'pauseAll', label: words.pauseAll, click: pauseAll },
        { type: 'separator' },
        { id: 'quit', label: words.quit, click: quit },
      ]),
    )
  }
}

function progressWords(percent: number | undefined, isPaused: boolean): string {
  const { working, workingAt, pausedAt } = desktopTexts().tray
  if (percent === undefined) return working
  return isPaused ? pausedAt(percent) : workingAt(percent)
}
