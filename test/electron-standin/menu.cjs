'use strict'
/** Menus as models: items, ids, roles, clicks. Nothing is drawn. */
const { EventEmitter } = require('node:events')

const roles = new Set(
  `undo redo cut copy paste selectAll resetZoom zoomIn zoomOut togglefullscreen reload forceReload
   toggleDevTools minimize close quit about appMenu windowMenu recentDocuments
   clearRecentDocuments`.split(/\s+/),
)
const modifier =
  /^(command|cmd|control|ctrl|commandorcontrol|cmdorctrl|alt|option|altgr|shift|super|meta)$/i
const key =
  /^([0-9a-z)!@#$%^&*(:;+=<,_\-.>/?~`{\][|\\}"']|f([1-9]|1\d|2[0-4])|plus|space|tab|backspace|delete|insert|return|enter|up|down|left|right|home|end|pageup|pagedown|escape|esc)$/i

/** Electron throws for what it cannot parse, and so does this. */
function checkAccelerator(accelerator) {
  const parts = accelerator.split('+')
  if (!parts.slice(0, -1).every((part) => modifier.test(part)) || !key.test(parts.at(-1))) {
    throw new TypeError(`Error processing argument: invalid accelerator '${accelerator}'`)
  }
}

function menuItem(options) {
  if (options.role !== undefined && !roles.has(options.role)) {
    throw new Error(`electron stand-in: unknown menu role ${options.role}`)
  }
  if (options.accelerator !== undefined) checkAccelerator(options.accelerator)
  const item = {
    enabled: true,
    visible: true,
    label: options.role ?? '',
    ...options,
    type: options.type ?? (options.submenu ? 'submenu' : 'normal'),
    click: () => {
      if (item.enabled) options.click?.(item)
    },
  }
  if (options.submenu) item.submenu = Menu.buildFromTemplate(options.submenu)
  return item
}

class Menu extends EventEmitter {
  static #application = null
  /** Every menu that was opened at the pointer, for tests. */
  static opened = []

  items = []
  #options

  static buildFromTemplate(template) {
    const menu = new Menu()
    for (const options of template) {
      if (!('label' in options || 'role' in options || options.type === 'separator')) {
        throw new TypeError(
          'Invalid template for MenuItem: must have at least one of label, role or type',
        )
      }
      menu.items.push(menuItem(options))
    }
    return menu
  }

  static setApplicationMenu(menu) {
    Menu.#application = menu
  }

  static getApplicationMenu() {
    return Menu.#application
  }

  getMenuItemById(id) {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id)
      if (found) return found
    }
    return null
  }

  popup(options = {}) {
    this.#options = options
    Menu.opened.push(this)
  }

  closePopup() {
    this.#options?.callback?.()
    this.#options = undefined
  }
}

module.exports = { Menu }
