'use strict'
/** `app`: paths, one instance, ready, quitting. */
const { spawnSync } = require('node:child_process')
const { EventEmitter } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')
const { record } = require('./record.cjs')

const { appFolder, manifest } = globalThis.electronStandInBoot

/** What Electron passes as the first argument of its events. */
const event = (facts = {}) => ({
  defaultPrevented: false,
  preventDefault() {
    this.defaultPrevented = true
  },
  ...facts,
})

class App extends EventEmitter {
  isPackaged = false
  name = manifest.productName ?? manifest.name
  #paths = new Map()
  #switches = new Map()
  #ready = Promise.withResolvers()
  #isReady = false
  #isQuitting = false
  #lock

  /** Set by electron.cjs: closes all windows (resolves false when one refused), ends Chromium. */
  closeWindows = async () => true
  endBrowser = async () => undefined

  commandLine = {
    appendSwitch: (name, value = '') => this.#switches.set(name, value),
    hasSwitch: (name) => this.#switches.has(name),
    getSwitchValue: (name) => this.#switches.get(name) ?? '',
  }

  get switches() {
    return [...this.#switches]
  }

  whenReady() {
    return this.#ready.promise
  }

  isReady() {
    return this.#isReady
  }

  becomeReady() {
    this.#isReady = true
    const info = {}
    this.#ready.resolve(info)
    this.emit('ready', info)
  }

  getVersion() {
    return manifest.version
  }

  getName() {
    return this.name
  }

  getAppPath() {
    return appFolder
  }

  getPath(name) {
    const config = process.env.XDG_CONFIG_HOME ?? path.join(os.homedir(), '.config')
    const known = {
      home: os.homedir(),
      temp: os.tmpdir(),
      downloads: path.join(os.homedir(), 'Downloads'),
      appData: config,
      userData: path.join(config, this.name),
      exe: process.argv[0],
    }
    const found = this.#paths.get(name) ?? known[name]
    if (found === undefined) throw new Error(`Failed to get '${name}' path`)
    return found
  }

  setPath(name, folder) {
    if (!path.isAbsolute(folder)) throw new Error('Path must be absolute')
    this.#paths.set(name, folder)
  }

  /** As Electron: false in a second instance, whose data has reached the first one by then. */
  requestSingleInstanceLock(additionalData) {
    const folder = this.getPath('userData')
    fs.mkdirSync(folder, { recursive: true })
    const link = path.join(folder, 'SingletonLock')
    for (;;) {
      const socketFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'standin-'))
      const socket = path.join(socketFolder, 'socket')
      try {
        fs.symlinkSync(`${process.pid}:${socket}`, link)
        this.#listenForOthers({ link, socket, socketFolder })
        return true
      } catch (error) {
        fs.rmSync(socketFolder, { recursive: true })
        if (error.code !== 'EEXIST') throw error
      }
      const [, other] = fs.readlinkSync(link).split(/:(.*)/s)
      if (tellFirstInstance(other, { argv: process.argv, cwd: process.cwd(), additionalData }))
        return false
      // Left by a process that ended without tidying up.
      fs.rmSync(link, { force: true })
    }
  }

  #listenForOthers(lock) {
    this.#lock = lock
    this.#lock.server = net.createServer((connection) => {
      let text = ''
      connection.on('data', (chunk) => (text += chunk))
      connection.on('end', () => {
        const { argv, cwd, additionalData } = JSON.parse(text)
        connection.end()
        this.whenReady().then(() =>
          this.emit('second-instance', event(), argv, cwd, additionalData),
        )
      })
    })
    this.#lock.server.listen(lock.socket).unref()
  }

  quit() {
    if (this.#isQuitting) return
    this.#isQuitting = true
    void this.#tryToQuit()
  }

  async #tryToQuit() {
    const before = event()
    this.emit('before-quit', before)
    if (before.defaultPrevented || !(await this.closeWindows())) {
      this.#isQuitting = false
      return
    }
    const will = event()
    this.emit('will-quit', will)
    this.#isQuitting = false
    if (!will.defaultPrevented) this.exit(0)
  }

  get isQuitting() {
    return this.#isQuitting
  }

  exit(code = 0) {
    this.#lock?.server.close()
    if (this.#lock) {
      fs.rmSync(this.#lock.link, { force: true })
      fs.rmSync(this.#lock.socketFolder, { recursive: true, force: true })
    }
    void this.endBrowser().then(() => process.exit(code))
  }

  enableSandbox() {
    record.sandboxEnabled = this.#isReady ? 'after ready' : 'before ready'
  }

  addRecentDocument(file) {
    record.recentDocuments.push(file)
  }

  clearRecentDocuments() {
    record.recentDocuments = []
  }

  setAboutPanelOptions() {}
  setAppUserModelId() {}
  focus() {}
}

/** Synchronous, as Electron's call is: a helper process speaks to the first instance meanwhile. */
function tellFirstInstance(socket, message) {
  const helper = `
    const connection = require('node:net').connect(process.argv[1], () => connection.end(process.env.MESSAGE))
    connection.on('close', () => process.exit(0)).on('error', () => process.exit(1))`
  const { status } = spawnSync(process.execPath, ['-e', helper, socket], {
    env: { MESSAGE: JSON.stringify(message) },
    timeout: 5000,
  })
  return status === 0
}

module.exports = { app: new App(), event }
