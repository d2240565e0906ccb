import { app, Menu } from 'electron'
import type { WindowOf } from '../shell-events.ts'
import { applicationMenu } from './application-menu.ts'
import type { RecentImages } from './recent-images.ts'

export interface MenuBarOptions {
  readonly recent: RecentImages
  readonly onCommand: (id: string) => void
  readonly onRecent: (path: string) => void
}

/** The menu bar as it is drawn: follows what the window that has the focus offers, and what was opened last. */
export class MenuBar {
  readonly #options: MenuBarOptions
  /** What each window said of its commands; one that has closed is forgotten by the next of the same image. */
  readonly #enabled = new Map<WindowOf, ReadonlyMap<string, boolean>>()
  #shown: WindowOf

  constructor(options: MenuBarOptions) {
    this.#options = options
  }

  /** Electron changes the labels of no menu, so one that holds other files is another menu. */
  draw(): void {
    const { recent, onCommand, onRecent } = this.#options
    const template = applicationMenu({
      onCommand,
      recent: recent.paths,
      onRecent,
      onClearRecent: () => {
        recent.clear()
        app.clearRecentDocuments()
        this.draw()
      },
      isEnabled: (id) => this.#enabled.get(this.#shown)?.get(id) ?? true,
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate([...template]))
  }

  setEnabled(enabled: Readonly<Record<string, boolean>>, windowOf: WindowOf): void {
    const changed = Object.entries(enabled)
    this.#enabled.set(windowOf, new Map([...(this.#enabled.get(windowOf) ?? []), ...changed]))
    if (windowOf === this.#shown) this.#apply(changed)
  }

  /** Another window has the focus. */
  showStateOf(windowOf: WindowOf): void {
    if (windowOf === this.#shown) return
    this.#shown = windowOf
    this.#apply(this.#enabled.get(windowOf) ?? [])
  }

  #apply(states: Iterable<readonly [id: string, isEnabled: boolean]>): void {
    const menu = Menu.getApplicationMenu()
    for (const [id, isEnabled] of states) {
      const item = menu?.getMenuItemById(id)
      if (item) item.enabled = isEnabled
    }
  }

  opened(paths: readonly string[]): void {
    for (const path of paths) app.addRecentDocument(path)
    this.#options.recent.add(paths)
    this.draw()
  }
}
