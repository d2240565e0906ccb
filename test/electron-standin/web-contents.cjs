'use strict'
/** One page: loading, frames, IPC with its preload world, navigation guards, custom schemes. */
const { randomBytes } = require('node:crypto')
const { EventEmitter } = require('node:events')
const fs = require('node:fs')
const { event } = require('./app.cjs')
const { fromChromium, handlers, nativeTheme, session, toChromium } = require('./desktop.cjs')
const { record } = require('./record.cjs')
const { pageScripts } = require('./page-side.cjs')

const isolatedWorld = 'Electron Isolated Context'
const byTarget = new Map()
const ipcMain = new EventEmitter()

/** `IPC` carries structured clones in Electron; JSON values are what Platter sends. */
function toJson(args) {
  return JSON.stringify(args, (_key, value) => {
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw new Error('An object could not be cloned.')
    }
    return value
  })
}

class WebContents extends EventEmitter {
  session = session.defaultSession
  mainFrame = { id: undefined, url: '', parent: null }
  #browser
  #devTools
  #targetId
  #contexts = new Map()
  #frames = new Map()
  #openHandler = () => ({ action: 'allow' })
  #loading
  #isDestroyed = false
  #receiver = `standInReceive${randomBytes(8).toString('hex')}`
  started

  constructor(browser, options) {
    super()
    const { contextIsolation, sandbox, nodeIntegration } = options.webPreferences
    if (!contextIsolation || !sandbox || nodeIntegration) {
      throw new Error('electron stand-in: only sandboxed, isolated windows without Node')
    }
    /** For the security tests: what the window asked for. */
    this.preferences = options.webPreferences
    this.#browser = browser
    this.started = this.#start(options)
    this.started.catch(() => this.markDestroyed())
  }

  async #start({ width, height, webPreferences }) {
    const { connection } = this.#browser
    const { targetId } = await connection.send('Target.createTarget', {
      url: 'about:blank',
      newWindow: true,
      width,
      height,
    })
    this.#targetId = targetId
    byTarget.set(targetId, this)
    const { sessionId } = await connection.send('Target.attachToTarget', {
      targetId,
      flatten: true,
    })
    const devTools = connection.session(sessionId)
    this.#devTools = devTools
    this.#followFrames(devTools)

    const binding = `standInSend${randomBytes(8).toString('hex')}`
    devTools.on('Runtime.bindingCalled', (call) => {
      if (call.name === binding) this.#receive(JSON.parse(call.payload), call.executionContextId)
    })
    devTools.on('Fetch.requestPaused', (request) => {
      this.#answer(request).catch(() =>
        devTools
          .send('Fetch.failRequest', { requestId: request.requestId, errorReason: 'Failed' })
          .catch(() => undefined),
      )
    })
    const scripts = pageScripts(
      {
        token: randomBytes(12).toString('hex'),
        binding,
        receiver: this.#receiver,
        droppedPaths: record.droppedPaths,
      },
      fs.readFileSync(webPreferences.preload, 'utf8'),
    )
    await Promise.all([devTools.send('Page.enable'), devTools.send('Runtime.enable')])
    const { frameTree } = await devTools.send('Page.getFrameTree')
    this.mainFrame.id = frameTree.frame.id
    this.#frames.set(frameTree.frame.id, this.mainFrame)
    await Promise.all([
      devTools.send('Runtime.addBinding', { name: binding, executionContextName: isolatedWorld }),
      // In this order: the page's half of the bridge must listen before the preload exposes anything.
      devTools.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts.page }),
      devTools.send('Page.addScriptToEvaluateOnNewDocument', {
        worldName: isolatedWorld,
        source: scripts.isolated,
      }),
      devTools.send('Fetch.enable', { patterns: [{ urlPattern: '*', requestStage: 'Request' }] }),
      this.applyTheme(),
    ])
  }

  #followFrames(devTools) {
    devTools.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === isolatedWorld) this.#contexts.set(context.id, context.auxData.frameId)
    })
    devTools.on('Runtime.executionContextDestroyed', ({ executionContextId }) =>
      this.#contexts.delete(executionContextId),
    )
    devTools.on('Runtime.executionContextsCleared', () => this.#contexts.clear())
    devTools.on('Page.frameDetached', ({ frameId }) => this.#frames.delete(frameId))
    devTools.on('Page.frameNavigated', ({ frame }) => {
      const known = this.#frames.get(frame.id) ?? {
        id: frame.id,
        parent: this.#frames.get(frame.parentId) ?? null,
      }
      known.url = fromChromium(frame.url) + (frame.urlFragment ?? '')
      this.#frames.set(frame.id, known)
    })
    devTools.on('Page.domContentEventFired', () => this.emit('dom-ready', event()))
    devTools.on('Page.loadEventFired', () => this.emit('did-finish-load', event()))
    devTools.on('Inspector.targetCrashed', () =>
      this.emit('render-process-gone', event(), { reason: 'crashed', exitCode: 139 }),
    )
  }

  #receive(message, contextId) {
    if (message.kind === 'open') {
      this.windowOpened(message.url)
    } else if (message.kind === 'close') {
      this.emit('page-wants-to-close')
    } else if (message.kind === 'preload-error') {
      console.error(`Unable to load preload script: ${message.message}`)
      this.emit('preload-error', event(), this.preferences.preload, new Error(message.message))
    } else {
      const senderFrame = this.#frames.get(this.#contexts.get(contextId)) ?? null
      ipcMain.emit(message.channel, event({ sender: this, senderFrame }), ...message.args)
    }
  }

  async #answer(request) {
    const devTools = this.#devTools
    const { requestId } = request
    const url = fromChromium(request.request.url)
    const isMainDocument =
      request.resourceType === 'Document' && request.frameId === this.mainFrame.id
    if (isMainDocument && this.#loading !== request.request.url) {
      const details = event({ url, isMainFrame: true })
      this.emit('will-navigate', details, url)
      if (details.defaultPrevented) {
        return devTools.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
      }
    }
    const handler = handlers.get(url.slice(0, url.indexOf(':')))
    if (handler === undefined) return devTools.send('Fetch.continueRequest', { requestId })
    const response = await handler(new Request(url, { method: request.request.method }))
    return devTools.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({ name, value })),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    })
  }

  /** What window.open and links to new windows come to. Children are always closed here. */
  windowOpened(url) {
    const { action } = this.#openHandler({ url: fromChromium(url) })
    record.lastWindowOpen = { url: fromChromium(url), action }
  }

  setWindowOpenHandler(handler) {
    this.#openHandler = handler
  }

  send(channel, ...args) {
    if (this.#isDestroyed) throw new TypeError('Object has been destroyed')
    const text = toJson(args)
    const contextId = [...this.#contexts].findLast(([, frame]) => frame === this.mainFrame.id)?.[0]
    if (contextId === undefined) return
    const expression = `globalThis.${this.#receiver}?.(${JSON.stringify(channel)}, ${text})`
    void this.#devTools.send('Runtime.evaluate', { expression, contextId }).catch(() => undefined)
  }

  async loadURL(url) {
    await this.started
    this.#loading = toChromium(url)
    const loaded = new Promise((resolve) => this.once('did-finish-load', resolve))
    const { errorText } = await this.#devTools.send('Page.navigate', { url: this.#loading })
    if (errorText !== undefined) throw new Error(`${errorText} loading '${url}'`)
    await loaded
    this.#loading = undefined
  }

  startDrag({ file, files = [file], icon }) {
    if (!fs.existsSync(icon)) throw new Error(`Failed to load image from path '${icon}'`)
    record.drags.push({ files, icon })
  }

  getURL() {
    return this.mainFrame.url
  }

  isDestroyed() {
    return this.#isDestroyed
  }

  async executeJavaScript(code) {
    const { result, exceptionDetails } = await this.#devTools.send('Runtime.evaluate', {
      expression: code,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  applyTheme() {
    const value = nativeTheme.shouldUseDarkColors ? 'dark' : 'light'
    return this.#devTools?.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value }],
    })
  }

  focus() {
    void this.#devTools?.send('Page.bringToFront').catch(() => undefined)
  }

  async closeTarget() {
    await this.started.catch(() => undefined)
    await this.#browser.connection
      .send('Target.closeTarget', { targetId: this.#targetId })
      .catch(() => undefined)
    this.markDestroyed()
  }

  markDestroyed() {
    if (this.#isDestroyed) return
    this.#isDestroyed = true
    byTarget.delete(this.#targetId)
    this.emit('destroyed')
  }
}

module.exports = { WebContents, byTarget, ipcMain }
