import { app, dialog, Menu, session, type BrowserWindow } from 'electron'
import path from 'node:path'
import { ImageError } from '../../core/index.ts'
import { contract } from '../../ipc/contract.ts'
import { serve } from '../../ipc/serve.ts'
import { engineWorkerUrl, readAppVersion, scanWorkerUrl, windowFolder } from '../places.ts'
import { serveErrors } from '../serve-errors.ts'
import { createServices, type Services } from '../services.ts'
import { ShellEvents } from '../shell-events.ts'
import { applicationMenu } from './application-menu.ts'
import { guardClosing } from './closing-guard.ts'
import { createDesktopShell } from './desktop-shell.ts'
import { acceptWindows } from './ipc-carrier.ts'
import { launchRequest, type LaunchRequest } from './launch-request.ts'
import { openMainWindow } from './main-window.ts'
import { guardPermissions } from './window-guards.ts'
import { serveWindowScheme } from './window-scheme.ts'

/**
 * The desktop app from its start to its end. The system may send files (`open-file`, a second
 * instance) at any moment, so they wait until the services can take them.
 */
export class DesktopApp {
  readonly #events = new ShellEvents()
  readonly #shell = createDesktopShell(this.#events, () => this.#window)
  #isBusy = false
  #services: Services | undefined
  #window: BrowserWindow | undefined
  #waitingPaths: string[]

  constructor(request: LaunchRequest) {
    this.#waitingPaths = [...request.paths]
    this.#sendCommand(request)
  }

  /** Registers for everything that can happen before Electron is ready, then starts. */
  run(): void {
    app.on('open-file', (event, file) => {
      event.preventDefault()
      void this.#open([file])
    })
    app.on('second-instance', (_event, _argv, _workingFolder, data) => {
      this.#raise()
      // Any program of this user could send something else.
      const request = launchRequest.safeParse(data)
      if (!request.success) return
      this.#sendCommand(request.data)
      void this.#open(request.data.paths)
    })
    app.on('activate', () => void this.#showWindow())
    app.on('window-all-closed', () => {
      if (process.platform !== 'darwin') app.quit()
    })
    app.on('will-quit', (event) => {
      const services = this.#services
      if (services === undefined) return
      // Running jobs are marked and the database is closed before the process goes.
      event.preventDefault()
      this.#services = undefined
      void services.close().finally(() => app.exit(0))
    })
    app.whenReady().then(
      () => this.#start().catch((error: unknown) => this.#fail(error)),
      (error: unknown) => this.#fail(error),
    )
  }

  async #start(): Promise<void> {
    app.setAboutPanelOptions({ applicationName: 'Platter', applicationVersion: app.getVersion() })
    guardPermissions(session.defaultSession)
    serveWindowScheme(session.defaultSession, windowFolder)
    Menu.setApplicationMenu(
      Menu.buildFromTemplate([
        ...applicationMenu((id) => this.#events.send({ type: 'command', id })),
      ]),
    )
    const services = await createServices({
      shell: {
        ...this.#shell,
        showProgress: (fraction) => {
          this.#isBusy = fraction !== undefined
          this.#shell.showProgress(fraction)
        },
      },
      actor: 'desktop',
      appVersion: readAppVersion(),
      engineWorkerUrl,
      scanWorkerUrl,
    })
    this.#services = services
    acceptWindows((peer) =>
      serve(contract, services.handlers, peer, {
        errors: serveErrors,
        onDefect: (procedure, thrown) => services.reportDefect(procedure, thrown),
      }),
    )
    const waiting = this.#waitingPaths
    this.#waitingPaths = []
    await Promise.all([this.#showWindow(), this.#open(waiting)])
  }

  async #showWindow(): Promise<void> {
    if (this.#services === undefined || this.#window !== undefined) return
    await openMainWindow({
      stateFile: path.join(app.getPath('userData'), 'window-state.json'),
      isPackaged: app.isPackaged,
      onCreated: (window) => {
        this.#window = window
        guardClosing(window, {
          isBusy: () => this.#isBusy,
          ask: async (question) => (await dialog.showMessageBox(window, question)).response,
        })
        window.once('closed', () => {
          this.#window = undefined
        })
      },
    })
  }

  /** Adds files and folders to the library and tells the window to show them. */
  async #open(paths: readonly string[]): Promise<void> {
    if (this.#services === undefined) {
      this.#waitingPaths.push(...paths)
      return
    }
    if (paths.length === 0) return
    try {
      const { imageIds } = await this.#services.openPaths(paths)
      this.#events.send({ type: 'opened', imageIds: [...imageIds] })
    } catch (error) {
      const { explanation } = ImageError.from(error)
      this.#events.send({
        type: 'notice',
        title: explanation.title,
        detail: `${explanation.detail} ${explanation.advice}`,
      })
    }
  }

  /** A command only opens what it is about; the person decides there. */
  #sendCommand({ command }: LaunchRequest): void {
    if (command !== undefined) this.#events.send({ type: 'command', id: command })
  }

  #raise(): void {
    if (this.#window?.isMinimized() === true) this.#window.restore()
    this.#window?.focus()
    void this.#showWindow()
  }

  #fail(error: unknown): void {
    const { code, explanation } = ImageError.from(error)
    dialog.showErrorBox(
      explanation.title,
      `${explanation.detail}\n\n${explanation.advice}\n\n${code}`,
    )
    app.exit(1)
  }
}
