import { app, dialog, session, type BrowserWindow } from 'electron'
import { statSync } from 'node:fs'
import path from 'node:path'
import { ImageError } from '../../core/index.ts'
import { contract } from '../../ipc/contract.ts'
import { serve } from '../../ipc/serve.ts'
import type { JobNews } from '../jobs/job-news.ts'
import { engineWorkerUrl, readAppVersion, scanWorkerUrl, windowFolder } from '../places.ts'
import { serveErrors } from '../serve-errors.ts'
import { createServices, type Services } from '../services.ts'
import { ShellEvents } from '../shell-events.ts'
import type { ShellPorts } from '../shell-ports.ts'
import { BackgroundTray } from './background-tray.ts'
import { createDesktopShell } from './desktop-shell.ts'
import { acceptWindows } from './ipc-carrier.ts'
import { KeepAwake } from './keep-awake.ts'
import { actionCommands, launchRequest, type LaunchRequest } from './launch-request.ts'
import { openMainWindow } from './main-window.ts'
import { MenuBar } from './menu-bar.ts'
import { Notifications } from './notifications.ts'
import { Quitting } from './quitting.ts'
import { RecentImages } from './recent-images.ts'
import { guardPermissions } from './window-guards.ts'
import { serveWindowScheme } from './window-scheme.ts'

/**
 * The desktop app from its start to its end. The system may send files (`open-file`, a second
 * instance) at any moment, so they wait until the services can take them.
 */
export class DesktopApp {
  readonly #events = new ShellEvents()
  readonly #keepAwake = new KeepAwake()
  readonly #notifications = new Notifications((news) => this.#showNews(news))
  readonly #quitting = new Quitting({
    work: () => this.#services?.workUnderWay() ?? { begun: 0, waiting: 0, changing: 0 },
    ask: async (question) => {
      const parent = this.#window
      const { response } = await (parent === undefined
        ? dialog.showMessageBox(question)
        : dialog.showMessageBox(parent, question))
      return response
    },
    quit: () => app.quit(),
    goOnInBackground: () => this.#goOnInBackground(),
  })
  readonly #tray = new BackgroundTray({
    show: () => this.#raise(),
    pauseAll: () => this.#services?.pauseAll(),
    resumeAll: () => this.#services?.resumeAll(),
    quit: () => app.quit(),
  })
  readonly #menuBar = new MenuBar({
    recent: new RecentImages(path.join(app.getPath('userData'), 'recent-images.json')),
    onCommand: (id) => {
      this.#events.send({ type: 'command', id })
      // On macOS the menu bar is there without a window.
      void this.#showWindow()
    },
    onRecent: (file) => void this.#open({ paths: [file] }),
  })
  #isInBackground = false
  #services: Services | undefined
  #window: BrowserWindow | undefined
  #waiting: LaunchRequest[]

  constructor(request: LaunchRequest) {
    this.#waiting = [request]
  }

  /** Registers for everything that can happen before Electron is ready, then starts. */
  run(): void {
    app.on('open-file', (event, file) => {
      event.preventDefault()
      void this.#open({ paths: [file] })
    })
    app.on('second-instance', (_event, _argv, _workingFolder, data) => {
      this.#raise()
      // Any program of this user could send something else.
      const request = launchRequest.safeParse(data)
      if (request.success) void this.#open(request.data)
    })
    app.on('activate', () => void this.#showWindow())
    app.on('window-all-closed', () => {
      if (process.platform !== 'darwin' && !this.#isInBackground) app.quit()
    })
    app.on('before-quit', (event) => {
      if (!this.#quitting.mayEnd()) event.preventDefault()
    })
    app.on('will-quit', (event) => {
      const services = this.#services
      if (services === undefined) return
      // Running jobs are marked and the database is closed before the process goes.
      event.preventDefault()
      this.#services = undefined
      this.#tray.hide()
      void services.close(this.#quitting.unfinished).finally(() => app.exit(0))
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
    this.#menuBar.draw()
    const services = await createServices({
      shell: this.#createShell(),
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
    const waiting = this.#waiting
    this.#waiting = []
    await Promise.all([
      this.#showWindow(),
      ...waiting.map(async (request) => await this.#open(request)),
    ])
  }

  #createShell(): ShellPorts {
    const shell = createDesktopShell(this.#events, () => this.#window)
    return {
      ...shell,
      setMenuState: (enabled) => this.#menuBar.setEnabled(enabled),
      keepAwake: (isNeeded) => this.#keepAwake.set(isNeeded),
      tellNews: (news) => this.#notifications.tell(news),
      showProgress: (fraction, state) => {
        shell.showProgress(fraction, state)
        if (fraction !== undefined) this.#tray.showProgress(fraction, state === 'paused')
        else if (this.#isInBackground) app.quit()
      },
    }
  }

  async #showWindow(): Promise<void> {
    if (this.#services === undefined || this.#window !== undefined) return
    this.#isInBackground = false
    this.#tray.hide()
    await openMainWindow({
      stateFile: path.join(app.getPath('userData'), 'window-state.json'),
      isPackaged: app.isPackaged,
      onCreated: (window) => {
        this.#window = window
        window.on('close', (event) => {
          // Elsewhere the last window's end is the app's.
          if (process.platform === 'darwin' || this.#isInBackground) return
          if (!this.#quitting.mayEnd()) event.preventDefault()
        })
        window.once('closed', () => {
          this.#window = undefined
        })
      },
    })
  }

  #goOnInBackground(): void {
    // They may have ended while the question was open.
    const { begun, waiting } = this.#services?.workUnderWay() ?? { begun: 0, waiting: 0 }
    if (begun + waiting === 0) {
      app.quit()
      return
    }
    this.#isInBackground = true
    try {
      this.#tray.show()
    } catch (error) {
      // A desktop without a place for it: starting Platter again shows the window.
      this.#services?.reportDefect('the tray could not be shown', error)
    }
    this.#window?.close()
  }

  /** Adds files and folders to the library, tells the window to show them, and opens what was asked for. */
  async #open(request: LaunchRequest): Promise<void> {
    if (this.#services === undefined) {
      this.#waiting.push(request)
      return
    }
    const { paths, command, action } = request
    // It only opens what it is about; the person decides there.
    if (command !== undefined) this.#events.send({ type: 'command', id: command })
    if (paths.length === 0) {
      if (action !== undefined) this.#events.send(nothingToActOn)
      return
    }
    try {
      const { imageIds, refusal } = await this.#services.openPaths(paths)
      if (refusal !== undefined) this.#notice(refusal)
      this.#menuBar.opened(paths.filter(isFile))
      const found = { imageIds: [...imageIds] }
      if (action === undefined || imageIds.length === 0) {
        this.#events.send({ type: 'opened', ...found })
      } else {
        this.#events.send({ type: 'command', id: actionCommands[action], ...found })
      }
      if (action !== undefined && imageIds.length === 0 && refusal === undefined) {
        this.#events.send(nothingToActOn)
      }
    } catch (error) {
      this.#notice(error)
    }
  }

  #notice(error: unknown): void {
    const { explanation } = ImageError.from(error)
    this.#events.send({
      type: 'notice',
      title: explanation.title,
      detail: `${explanation.detail} ${explanation.advice}`,
    })
  }

  #showNews(news: JobNews): void {
    this.#events.send(
      news.kind === 'job'
        ? { type: 'show-job', jobId: news.jobId }
        : { type: 'show-batch', batchId: news.batchId },
    )
    this.#raise()
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

const nothingToActOn = {
  type: 'notice',
  title: 'No image was named',
  detail: 'The action needs image files. Folders are added to the library: choose images there.',
} as const

/** Folders are remembered by the library itself. */
function isFile(file: string): boolean {
  try {
    return statSync(file).isFile()
  } catch {
    return false
  }
}
