'use strict'
/** `dialog`, `shell`, `nativeTheme`, `screen`, `session`, `protocol`: what the desktop would answer. */
const { EventEmitter } = require('node:events')
const { record } = require('./record.cjs')

// A dialog that nobody answers is closed; tests replace a function to answer it.
const dialog = {
  showOpenDialog: async (...args) => {
    record.dialogs.push(args.at(-1))
    return { canceled: true, filePaths: [] }
  },
  showSaveDialog: async (...args) => {
    record.dialogs.push(args.at(-1))
    return { canceled: true, filePath: '' }
  },
  showMessageBox: async (...args) => {
    const options = args.at(-1)
    record.dialogs.push(options)
    return { response: options.cancelId ?? 0, checkboxChecked: false }
  },
  showErrorBox: (title, content) => {
    record.dialogs.push({ title, content })
    console.error(`${title}\n${content}`)
  },
}

const shell = { showItemInFolder: (path) => record.shownInFolder.push(path) }

class NativeTheme extends EventEmitter {
  #source = 'system'

  get themeSource() {
    return this.#source
  }

  set themeSource(source) {
    if (!['system', 'light', 'dark'].includes(source)) throw new TypeError('invalid themeSource')
    this.#source = source
    this.emit('updated')
  }

  /** A desktop set to light. */
  get shouldUseDarkColors() {
    return this.#source === 'dark'
  }
}

const display = {
  id: 1,
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  workArea: { x: 0, y: 0, width: 1920, height: 1040 },
}
const screen = { getPrimaryDisplay: () => display, getAllDisplays: () => [display] }

const schemes = new Map()
const handlers = new Map()
const protocol = {
  registerSchemesAsPrivileged: (list) => {
    for (const { scheme, privileges } of list) {
      schemes.set(scheme, privileges)
      record.schemes[scheme] = privileges
    }
  },
  handle: (scheme, handler) => handlers.set(scheme, handler),
}

// Chromium takes no new schemes at run time: app://host/x is fetched as http://host.app.localhost/x.
const toChromium = (url) => {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]+)(.*)$/.exec(url)
  return match && schemes.has(match[1])
    ? `http://${match[2]}.${match[1]}.localhost${match[3] || '/'}`
    : url
}
const fromChromium = (url) => {
  const match = /^http:\/\/([^/]+)\.([a-z][a-z0-9+-]*)\.localhost(.*)$/.exec(url)
  return match && schemes.has(match[2]) ? `${match[2]}://${match[1]}${match[3]}` : url
}

const remember = (name) => (handler) => {
  record.permissionHandlers[name] = handler
}
const defaultSession = {
  protocol,
  setPermissionRequestHandler: remember('request'),
  setPermissionCheckHandler: remember('check'),
  setDevicePermissionHandler: remember('device'),
}

module.exports = {
  dialog,
  shell,
  nativeTheme: new NativeTheme(),
  screen,
  protocol,
  handlers,
  toChromium,
  fromChromium,
  session: { defaultSession },
}
