'use strict'
/** The `electron` module. README.md says what it is for and what it is not. */
const fs = require('node:fs')
const path = require('node:path')
const { app } = require('./app.cjs')
const { BrowserWindow, windows } = require('./browser-window.cjs')
const { startChromium } = require('./chromium.cjs')
const { dialog, nativeTheme, protocol, screen, session, shell } = require('./desktop.cjs')
const { record } = require('./record.cjs')
const { Menu } = require('./menu.cjs')
const { Notification, powerMonitor, powerSaveBlocker, Tray } = require('./outside-window.cjs')
const { byTarget, ipcMain } = require('./web-contents.cjs')

/** Playwright finds a window's BrowserWindow through it. */
const webContents = { fromDevToolsTargetId: (id) => byTarget.get(id) }

const ownSwitches = new Set(['user-data-dir', 'headless', 'remote-debugging-port', 'inspect'])

async function start() {
  const profileFolder = path.join(app.getPath('userData'), 'standin-profile')
  fs.mkdirSync(profileFolder, { recursive: true })
  const debuggingPort = app.commandLine.getSwitchValue('remote-debugging-port') || 0
  const browser = await startChromium({
    profileFolder,
    debuggingPort,
    switches: app.switches
      .filter(([name]) => !ownSwitches.has(name))
      .map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`)),
  })
  BrowserWindow.browser = browser
  const { child, connection } = browser
  const ended = new Promise((resolve) => child.once('exit', resolve))
  app.endBrowser = async () => {
    await connection.send('Browser.close').catch(() => child.kill('SIGKILL'))
    await ended
  }
  process.on('exit', () => child.kill('SIGKILL'))

  connection.on('Target.targetDestroyed', ({ targetId }) => byTarget.get(targetId)?.markDestroyed())
  connection.on('Target.targetCreated', ({ targetInfo }) => {
    const opener = byTarget.get(targetInfo.openerId)
    if (opener === undefined) return
    opener.windowOpened(targetInfo.url)
    void connection
      .send('Target.closeTarget', { targetId: targetInfo.targetId })
      .catch(() => undefined)
  })
  await connection.send('Target.setDiscoverTargets', { discover: true })
  // Playwright waits for this line.
  process.stderr.write(`DevTools listening on ${browser.url}\n`)
  app.becomeReady()
}

app.closeWindows = async () => {
  for (const window of windows) if (!(await window.tryToClose())) return false
  return true
}
nativeTheme.on('updated', () => {
  for (const window of windows) void window.webContents.applyTheme()?.catch(() => undefined)
})
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => app.quit())

module.exports = {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  Tray,
  webContents,
}
Object.defineProperty(module.exports, 'standIn', {
  value: {
    record,
    openedMenus: Menu.opened,
    start: () =>
      start().catch((error) => {
        console.error(error.message)
        process.exit(1)
      }),
  },
})
