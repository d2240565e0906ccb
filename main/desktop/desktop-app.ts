import { app, dialog, session } from 'electron'
import { statSync } from 'node:fs'
import path from 'node:path'
import { ImageError } from '../../core/index.ts'
import { contract } from '../../ipc/contract.ts'
import { setLanguage } from '../../ipc/language/in-language.ts'
import type { Settings } from '../../ipc/schemas/app.ts'
import { serve } from '../../ipc/serve.ts'
import type { JobNews } from '../jobs/job-news.ts'
import { engineWorkerUrl, readAppVersion, scanWorkerUrl, windowFolder } from '../places.ts'
import { serveErrors } from '../serve-errors.ts'
import { createServices, type Services } from '../services.ts'
import { ShellEvents } from '../shell-events.ts'
import type { ShellPorts } from '../shell-ports.ts'
import { AppWindows } from './app-windows.ts'
import { BackgroundTray } from './background-tray.ts'
import { createDesktopShell } from './desktop-shell.ts'
import { acceptWindows } from './ipc-carrier.ts'
import { mergeRequests, RequestGatherer } from './gather-requests.ts'
import { KeepAwake } from './keep-awake.ts'
import { actionCommands, launchRequest, type LaunchRequest } from './launch-request.ts'
import { MenuBar } from './menu-bar.ts'
import { Notifications } from './notifications.ts'
import { offerLauncherTasks } from './offer-launcher-tasks.ts'
import { Quitting } from './quitting.ts'
import { RecentImages } from './recent-images.ts'
import { onSessionEnd } from './session-end.ts'
import { desktopTexts } from './texts/desktop-texts.ts'
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
  readonly #windows: AppWindows = new AppWindows({
    folder: app.getPath('userData'),
    isPackaged: app.isPackaged,
    // On macOS an app goes on without windows; elsewhere the last window's end is the app's.
    mayCloseLast: () =>
      process.platform === 'darwin' || this.#isInBackground || this.#quitting.mayEnd(),
    onFocus: (windowOf) => this.#menuBar.showStateOf(windowOf),
  })
  readonly #quitting: Quitting = new Quitting({
    work: () => this.#services?.workUnderWay() ?? { begun: 0, waiting: 0, changing: 0 },
    ask: async (question) => {
      const parent = this.#windows.current
      const { response } = await (parent === undefined
        ? dialog.showMessageBox(question)
        : dialog.showMessageBox(parent, question))
      return response
    },
    quit: () => app.quit(),
    goOnInBackground: () => this.#goOnInBackground(),
  })
  readonly #tray = new BackgroundTray({
    show: () => void this.#showLibrary(),
    pauseAll: () => this.#services?.pauseAll(),
    resumeAll: () => this.#services?.resumeAll(),
    quit: () => app.quit(),
  })
  readonly #menuBar = new MenuBar({
    recent: new RecentImages(path.join(app.getPath('userData'), 'recent-images.json')),
    onCommand: (id) => {
      this.#events.send({ type: 'command', id }, this.#windows.currentOf)
      // On macOS the menu bar is there without a window.
      if (this.#windows.current === undefined) void this.#showLibrary()
    },
    onRecent: (file) => {
      void this.#showLibrary()
      void this.#open({ paths: [file] })
    },
  })
  readonly #gatherer = new RequestGatherer((request) => void this.#open(request))
  #isInBackground = false
  #language: Settings['language'] = 'en'
  #services: Services | undefined
  #waiting: LaunchRequest[]

  constructor(request: LaunchRequest) {
    this.#waiting = [request]
  }

  /** Registers for everything that can happen before Electron is ready, then starts. */
  run(): void {
    app.on('open-file', (event, file) => {
      event.preventDefault()
      void this.#showLibrary()
      void this.#open({ paths: [file] })
    })
    app.on('second-instance', (_event, _argv, _workingFolder, data) => {
      void this.#showLibrary()
      // Any program of this user could send something else.
      const request = launchRequest.safeParse(data)
      if (request.success) this.#gatherer.add(request.data)
    })
    app.on('activate', () => void this.#showLibrary())
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
    app.setAboutPanelOptions({
      applicationName: desktopTexts().product,
      applicationVersion: app.getVersion(),
    })
    guardPermissions(session.defaultSession)
    serveWindowScheme(session.defaultSession, windowFolder)
    this.#menuBar.draw()
    offerLauncherTasks((command) => void this.#open({ paths: [], command }))
    onSessionEnd(() => {
      this.#quitting.endUnasked()
      app.quit()
    })
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
    const waiting = mergeRequests(this.#waiting)
    this.#waiting = []
    await Promise.all([
      this.#showLibrary(),
      ...waiting.map(async (request) => await this.#open(request)),
    ])
  }

  #createShell(): ShellPorts {
    const shell = createDesktopShell(this.#events, this.#windows)
    return {
      ...shell,
      setMenuState: (enabled, windowOf) => this.#menuBar.setEnabled(enabled, windowOf),
      keepAwake: (isNeeded) => this.#keepAwake.set(isNeeded),
      settingsChanged: (settings) => {
        shell.settingsChanged(settings)
        this.#speak(settings.language)
      },
      tellNews: (news) => this.#notifications.tell(news),
      showProgress: (fraction, state) => {
        shell.showProgress(fraction, state)
        if (fraction !== undefined) this.#tray.showProgress(fraction, state === 'paused')
        else if (this.#isInBackground) app.quit()
      },
    }
  }

  /** What is drawn once is drawn anew; questions and notifications ask for their words when they come. */
  #speak(language: Settings['language']): void {
    if (language === this.#language) return
    this.#language = language
    setLanguage(language)
    this.#menuBar.draw()
    this.#tray.draw()
    offerLauncherTasks((command) => void this.#open({ paths: [], command }))
  }

  /** Opens the library's window, or brings it to the front. */
  async #showLibrary(): Promise<void> {
    if (this.#services === undefined) return
    this.#isInBackground = false
    this.#tray.hide()
    await this.#windows.showLibrary()
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
    this.#windows.closeAll()
  }

  /** Adds files and folders to the library, tells the window to show them, and opens what was asked for. */
  async #open(request: LaunchRequest): Promise<void> {
    if (this.#services === undefined) {
      this.#waiting.push(request)
      return
    }
    const { paths, command, action } = request
    // It only opens what it is about; the person decides there.
    if (command !== undefined) {
      // The list may show a part of them.
      if (command === 'library.checkAll') this.#events.send({ type: 'command', id: 'view.library' })
      this.#events.send({ type: 'command', id: command })
    }
    if (paths.length === 0) {
      if (action !== undefined) this.#events.send(nothingToActOn())
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
        this.#events.send(nothingToActOn())
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
    void this.#showLibrary()
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

const nothingToActOn = () => ({ type: 'notice', ...desktopTexts().nothingToActOn }) as const

/** Folders are remembered by the library itself. */
function isFile(file: string): boolean {
  try {
    return statSync(file).isFile()
  } catch {
    return false
  }
}
