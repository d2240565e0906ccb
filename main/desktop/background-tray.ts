import { Menu, Tray } from 'electron'
import { trayIconFile } from '../places.ts'

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
  #progress: string = 'Working'
  #isPaused = false

  constructor(actions: BackgroundTrayActions) {
    this.#actions = actions
  }

  show(): void {
    if (this.#tray !== undefined) return
    this.#tray = new Tray(trayIconFile)
    this.#tray.on('click', this.#actions.show)
    this.#draw()
  }

  hide(): void {
    this.#tray?.destroy()
    this.#tray = undefined
  }

  showProgress(fraction: number, isPaused: boolean): void {
    const progress = `${isPaused ? 'Paused' : 'Working'}, ${Math.floor(fraction * 100)} %`
    if (progress === this.#progress && isPaused === this.#isPaused) return
    this.#progress = progress
    this.#isPaused = isPaused
    this.#draw()
  }

  #draw(): void {
    const tray = this.#tray
    if (tray === undefined) return
    const { show, pauseAll, resumeAll, quit } = this.#actions
    tray.setToolTip(`Platter: ${this.#progress}`)
    // Some Linux desktops show no tooltip, and none shows a change of a menu that it has.
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: this.#progress, enabled: false },
        { type: 'separator' },
        { id: 'show', label: 'Show Platter', click: show },
        this.#isPaused
          ? { id: 'resumeAll', label: 'Go on with all jobs', click: resumeAll }
          : { id: 'pauseAll', label: 'Pause all jobs', click: pauseAll },
        { type: 'separator' },
        { id: 'quit', label: 'Quit…', click: quit },
      ]),
    )
  }
}
