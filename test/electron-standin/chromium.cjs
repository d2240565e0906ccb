'use strict'
/** Chromium as a child process, and sessions of its DevTools protocol over one WebSocket. */
const { spawn } = require('node:child_process')
const { EventEmitter } = require('node:events')
const fs = require('node:fs')

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** One target's conversation; the connection itself is the session of the browser. */
class DevToolsSession extends EventEmitter {
  constructor(connection, id) {
    super()
    this.setMaxListeners(0)
    this.connection = connection
    this.id = id
  }

  send(method, params = {}) {
    return this.connection.request(this.id, method, params)
  }
}

class DevToolsConnection extends DevToolsSession {
  #socket
  #nextId = 1
  #pending = new Map()
  #sessions = new Map()

  constructor(socket) {
    super(undefined, undefined)
    this.connection = this
    this.#socket = socket
    socket.addEventListener('message', (event) => this.#receive(JSON.parse(event.data)))
    socket.addEventListener('close', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('Chromium is gone'))
      this.#pending.clear()
    })
  }

  session(id) {
    return this.#sessions.get(id)
  }

  request(sessionId, method, params) {
    if (this.#socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Error(`${method}: Chromium is gone`))
    }
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { method, resolve, reject })
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }))
    })
  }

  #receive(message) {
    if (message.id !== undefined) {
      const { method, resolve, reject } = this.#pending.get(message.id)
      this.#pending.delete(message.id)
      if (message.error) reject(new Error(`${method}: ${message.error.message}`))
      else resolve(message.result)
      return
    }
    if (message.method === 'Target.attachedToTarget') {
      const { sessionId } = message.params
      this.#sessions.set(sessionId, new DevToolsSession(this, sessionId))
    }
    const session = message.sessionId === undefined ? this : this.#sessions.get(message.sessionId)
    session?.emit(message.method, message.params)
  }
}

/** Starts Chromium without a window; resolves once its DevTools listen. */
async function startChromium({ profileFolder, switches, debuggingPort }) {
  const program = programs.find((candidate) => fs.existsSync(candidate))
  if (program === undefined) throw new Error('electron stand-in: Chromium is not installed')
  const child = spawn(
    program,
    [
      `--user-data-dir=${profileFolder}`,
      `--remote-debugging-port=${debuggingPort}`,
      '--headless=new',
      '--no-startup-window',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--password-store=basic',
      ...switches,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const url = await new Promise((resolve, reject) => {
    let output = ''
    child.stderr.on('data', (chunk) => {
      output += chunk
      const match = /^DevTools listening on (ws:\/\/\S+)$/m.exec(output)
      if (match) resolve(match[1])
    })
    child.once('exit', (code) =>
      reject(new Error(`electron stand-in: Chromium ended with ${code}\n${output.slice(-2000)}`)),
    )
  })
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () =>
      reject(new Error('electron stand-in: no DevTools connection')),
    )
  })
  return { child, url, connection: new DevToolsConnection(socket) }
}

module.exports = { startChromium }
