import path from 'node:path'
import type { BrowserWindow } from 'electron'
import type { WindowOf } from '../shell-events.ts'
import { openAppWindow } from './app-window.ts'
import { desktopTexts } from './texts/desktop-texts.ts'
import { imageWindowUrl, windowUrl } from './window-origin.ts'
import { imageSizes, librarySizes } from './window-state.ts'

export interface AppWindowsOptions {
  /** Where the windows' places are remembered. */
  readonly folder: string
  readonly isPackaged: boolean
  /** Asked when the last window is about to close. */
  readonly mayCloseLast: () => boolean
  /** Another window is the one that the person is at. */
  readonly onFocus: (windowOf: WindowOf) => void
}

/** The window of the library, and one for each image that was opened in its own. */
export class AppWindows {
  readonly #options: AppWindowsOptions
  readonly #images = new Map<number, BrowserWindow>()
  #library: BrowserWindow | undefined
  /** The one that had the focus last. */
  #current: BrowserWindow | undefined

  constructor(options: AppWindowsOptions) {
    this.#options = options
  }

  get library(): BrowserWindow | undefined {
    return this.#library
  }

  /** The one that the person is at, or was before another program; where dialogs and menus belong. */
  get current(): BrowserWindow | undefined {
    return this.#current ?? this.#library
  }

  /** Which window that is; one that is not there yet is the library's. */
  get currentOf(): WindowOf {
    return [...this.#images].find(([, window]) => window === this.#current)?.[0]
  }

  /** Opens the library's window, or brings it to the front. */
  async showLibrary(): Promise<void> {
    if (this.#library !== undefined) {
      raise(this.#library)
      return
    }
    await openAppWindow({
      url: windowUrl,
      title: desktopTexts().product,
      stateFile: path.join(this.#options.folder, 'window-state.json'),
      sizes: librarySizes,
      isPackaged: this.#options.isPackaged,
      onCreated: (window) => {
        this.#library = window
        this.#follow(window, undefined)
        window.once('closed', () => {
          this.#library = undefined
        })
      },
    })
  }

  /** Opens an image's own window, or brings it to the front. */
  async showImage({ id, file }: ImageOfWindow): Promise<void> {
    const known = this.#images.get(id)
    if (known !== undefined) {
      raise(known)
      return
    }
    await openAppWindow({
      url: imageWindowUrl(id),
      title: path.basename(file),
      stateFile: path.join(this.#options.folder, 'image-window-state.json'),
      sizes: imageSizes,
      isPackaged: this.#options.isPackaged,
      besides: [...this.#images.values()],
      onCreated: (window) => {
        this.#images.set(id, window)
        this.#follow(window, id)
        // The title bar shows the file, and leads to its folder.
        if (process.platform === 'darwin') window.setRepresentedFilename(file)
        window.once('closed', () => this.#images.delete(id))
      },
    })
  }

  closeAll(): void {
    for (const window of [this.#library, ...this.#images.values()]) window?.close()
  }

  #follow(window: BrowserWindow, windowOf: WindowOf): void {
    const isCurrent = (): void => {
      this.#current = window
      this.#options.onFocus(windowOf)
    }
    isCurrent()
    window.on('focus', isCurrent)
    window.on('close', (event) => {
      const count = this.#images.size + (this.#library === undefined ? 0 : 1)
      if (count === 1 && !this.#options.mayCloseLast()) event.preventDefault()
    })
    window.once('closed', () => {
      if (this.#current === window) this.#current = undefined
    })
  }
}

export interface ImageOfWindow {
  readonly id: number
  readonly file: string
}

function raise(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.focus()
}
