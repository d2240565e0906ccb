import { app, Menu } from 'electron'
import { applicationMenu } from './application-menu.ts'
import type { RecentImages } from './recent-images.ts'

export interface MenuBarOptions {
  readonly recent: RecentImages
  readonly onCommand: (id: string) => void
  readonly onRecent: (path: string) => void
}

/** The menu bar as it is drawn: follows what the window offers and what was opened last. */
export class MenuBar {
  readonly #options: MenuBarOptions
  readonly #enabled = new Map<string, boolean>()

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
      isEnabled: (id) => this.#enabled.get(id) ?? true,
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate([...template]))
  }

  setEnabled(enabled: Readonly<Record<string, boolean>>): void {
    const menu = Menu.getApplicationMenu()
    for (const [id, isEnabled] of Object.entries(enabled)) {
      this.#enabled.set(id, isEnabled)
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
