'use strict'
/**
 * What runs inside the page, as source text: `worldLink` once in the page's own world and once in the
 * isolated one, then `preloadWorld` in the isolated one, before any script of the page.
 *
 * The worlds share the DOM and nothing else. They talk by synchronous CustomEvents, whose details the
 * browser copies between them; functions cross as numbers, as Electron's context bridge does it.
 */

function worldLink(token, world) {
  const own = `${token}:${world}`
  const other = `${token}:${world === 'page' ? 'preload' : 'page'}`
  const functions = new Map()
  const returns = []
  const post = (detail) => window.dispatchEvent(new CustomEvent(other, { detail }))

  const pack = (value) => {
    if (typeof value === 'function') {
      const id = functions.size + 1
      functions.set(id, value)
      return { kind: 'function', id }
    }
    if (typeof value === 'symbol') throw new Error('An object could not be cloned.')
    const isPlain =
      value !== null &&
      typeof value === 'object' &&
      Object.getPrototypeOf(value) === Object.prototype
    return isPlain
      ? { kind: 'object', entries: Object.entries(value).map(([key, item]) => [key, pack(item)]) }
      : { kind: 'value', value }
  }
  const unpack = (packed) => {
    if (packed.kind === 'value') return packed.value
    if (packed.kind === 'object') {
      return Object.freeze(
        Object.fromEntries(packed.entries.map(([key, item]) => [key, unpack(item)])),
      )
    }
    return (...args) => {
      returns.push(undefined)
      post({ kind: 'call', id: packed.id, args: args.map(pack) })
      const result = returns.pop()
      if (result.error !== undefined) throw new Error(result.error)
      return unpack(result.value)
    }
  }

  window.addEventListener(own, ({ detail }) => {
    switch (detail.kind) {
      case 'call':
        try {
          const value = functions.get(detail.id)(...detail.args.map(unpack))
          post({ kind: 'return', value: pack(value) })
        } catch (error) {
          post({ kind: 'return', error: String(error?.message ?? error) })
        }
        break
      case 'return':
        returns[returns.length - 1] = detail
        break
      case 'expose':
        Object.defineProperty(window, detail.key, { value: unpack(detail.api), enumerable: true })
        break
      case 'open':
        link.onOpen?.(detail.url)
        break
      case 'close':
        link.onClose?.()
        break
    }
  })
  if (world === 'page') {
    window.open = (url = 'about:blank') => {
      post({ kind: 'open', url: new URL(url, document.baseURI).href })
      return null
    }
    // A page of Electron's may close its window; Chromium lets only scripts do so that opened it.
    window.close = () => post({ kind: 'close' })
  }
  const link = {
    onOpen: undefined,
    onClose: undefined,
    expose: (key, api) => post({ kind: 'expose', key, api: pack(api) }),
  }
  return link
}

function preloadWorld({ token, binding, receiver, droppedPaths }, linkTo, preload) {
  if (window.top !== window) return
  const link = linkTo(token, 'preload')
  const toMain = (message) => globalThis[binding](JSON.stringify(message))
  const listeners = new Map()
  link.onOpen = (url) => toMain({ kind: 'open', url })
  link.onClose = () => toMain({ kind: 'close' })
  globalThis[receiver] = (channel, args) => {
    for (const listener of listeners.get(channel) ?? []) listener({}, ...args)
  }
  const electron = {
    contextBridge: { exposeInMainWorld: link.expose },
    ipcRenderer: {
      send: (channel, ...args) => toMain({ kind: 'send', channel, args }),
      on: (channel, listener) =>
        listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
    },
    webUtils: { getPathForFile: (file) => droppedPaths[file.name] ?? '' },
  }
  const require = (name) => {
    if (name !== 'electron') throw new Error(`module not found: ${name}`)
    return electron
  }
  try {
    const module = { exports: {} }
    preload(require, module, module.exports)
  } catch (error) {
    toMain({ kind: 'preload-error', message: error.message })
  }
}

/** The two scripts to run in every new document, for a window's preload source. */
function pageScripts(config, preloadSource) {
  const link = worldLink.toString()
  const world = preloadWorld.toString()
  const token = JSON.stringify(config.token)
  // Inlined and not evaluated, so that the page's content security policy has no say.
  const preload = `function (require, module, exports) {${preloadSource}\n}`
  return {
    page: `if (window.top === window) (${link})(${token}, 'page')`,
    isolated: `(${world})(${JSON.stringify(config)}, ${link}, ${preload})`,
  }
}

module.exports = { pageScripts }
