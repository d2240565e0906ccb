'use strict'
/** `BrowserWindow`: its life and state. There is no frame, so bounds are what was asked for. */
const { EventEmitter } = require('node:events')
const { app, event } = require('./app.cjs')
const { record } = require('./record.cjs')
const { WebContents } = require('./web-contents.cjs')

const windows = new Set()
/** The window that has the focus, when Platter has it at all. */
let focused

class BrowserWindow extends EventEmitter {
  /** Set by electron.cjs once Chromium runs. */
  static browser

  #bounds
  #title
  #isVisible
  #isMaximized = false
  #isMinimized = false

  constructor(options) {
    super()
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    const { x = 0, y = 0, width = 800, height = 600 } = options
    this.#bounds = { x, y, width, height }
    this.#title = options.title ?? app.name
    this.#isVisible = options.show ?? true
    /** For tests: what the window asked for. */
    this.options = options
    this.webContents = new WebContents(BrowserWindow.browser, { ...options, width, height })
    this.webContents.once('dom-ready', () => setImmediate(() => this.emit('ready-to-show')))
    this.webContents.once('destroyed', () => this.#closed())
    this.webContents.on('page-wants-to-close', () => this.close())
    windows.add(this)
    app.emit('web-contents-created', event(), this.webContents)
    app.emit('browser-window-created', event(), this)
  }

  static getAllWindows() {
    return [...windows]
  }

  static fromWebContents(contents) {
    return [...windows].find((window) => window.webContents === contents) ?? null
  }

  static getFocusedWindow() {
    return record.hasFocus && windows.has(focused) ? focused : null
  }

  loadURL(url) {
    return this.webContents.loadURL(url)
  }

  /** Resolves false when a listener of 'close' kept the window. */
  async tryToClose() {
    const closing = event()
    this.emit('close', closing)
    if (closing.defaultPrevented) return false
    await this.webContents.closeTarget()
    return true
  }

  close() {
    void this.tryToClose()
  }

  destroy() {
    void this.webContents.closeTarget()
  }

  #closed() {
    windows.delete(this)
    this.emit('closed')
    if (windows.size === 0 && !app.isQuitting && !app.emit('window-all-closed')) app.quit()
  }

  isDestroyed() {
    return !windows.has(this)
  }

  show() {
    this.#isVisible = true
    this.emit('show')
    this.focus()
  }

  isVisible() {
    return this.#isVisible
  }

  focus() {
    record.hasFocus = true
    this.webContents.focus()
    if (focused === this) return
    if (windows.has(focused)) focused.emit('blur')
    focused = this
    this.emit('focus')
  }

  maximize() {
    this.#isMaximized = true
  }

  isMaximized() {
    return this.#isMaximized
  }

  minimize() {
    this.#isMinimized = true
  }

  restore() {
    this.#isMinimized = false
  }

  isMinimized() {
    return this.#isMinimized
  }

  getBounds() {
    return { ...this.#bounds }
  }

  getNormalBounds() {
    return { ...this.#bounds }
  }

  setBounds(bounds) {
    this.#bounds = { ...this.#bounds, ...bounds }
  }

  setTitle(title) {
    this.#title = title
  }

  getTitle() {
    return this.#title
  }

  setRepresentedFilename(file) {
    this.representedFilename = file
  }

  setProgressBar(fraction, { mode = 'normal' } = {}) {
    record.progress = fraction
    record.progressBars.push({ fraction, mode })
  }

  setBackgroundColor() {}
}

module.exports = { BrowserWindow, windows }
