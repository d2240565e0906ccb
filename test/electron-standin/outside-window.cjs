'use strict'
/** `Tray`, `Notification`, `powerSaveBlocker`, `powerMonitor`: what an app shows and asks outside its windows. */
const { EventEmitter } = require('node:events')
const fs = require('node:fs')
const { record } = require('./record.cjs')

class Tray extends EventEmitter {
  #isDestroyed = false

  constructor(image) {
    super()
    if (!fs.existsSync(image)) throw new Error(`Failed to load image from path '${image}'`)
    record.trays.push(this)
  }

  setToolTip(toolTip) {
    this.toolTip = toolTip
  }

  setContextMenu(menu) {
    this.menu = menu
  }

  destroy() {
    this.#isDestroyed = true
  }

  isDestroyed() {
    return this.#isDestroyed
  }
}

class Notification extends EventEmitter {
  constructor({ title, body }) {
    super()
    this.title = title
    this.body = body
  }

  static isSupported() {
    return true
  }

  show() {
    record.notifications.push(this)
    this.emit('show')
  }
}

let nextBlocker = 1
const powerSaveBlocker = {
  start: (type) => {
    if (!['prevent-app-suspension', 'prevent-display-sleep'].includes(type)) {
      throw new TypeError(`Invalid type: ${type}`)
    }
    record.powerSaveBlockers.push({ id: nextBlocker, type, isStarted: true })
    return nextBlocker++
  },
  stop: (id) => {
    const blocker = record.powerSaveBlockers.find((candidate) => candidate.id === id)
    if (blocker) blocker.isStarted = false
  },
  isStarted: (id) => record.powerSaveBlockers.some((known) => known.id === id && known.isStarted),
}

/** Silent; a test emits what the system would tell. */
const powerMonitor = new EventEmitter()

module.exports = { powerMonitor, Tray, Notification, powerSaveBlocker }
