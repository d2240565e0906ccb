/** Entry of the desktop shell: what must happen before Electron is ready, and one instance. */
import { app } from 'electron'
import path from 'node:path'
import { DesktopApp } from './desktop/desktop-app.ts'
import { parseLaunch } from './desktop/launch-request.ts'
import { registerWindowScheme } from './desktop/window-scheme.ts'
import { guardNavigation } from './desktop/window-guards.ts'

app.enableSandbox()
registerWindowScheme()
guardNavigation()

// Someone who keeps the data elsewhere (a test, a second profile) gets an instance of its own.
const dataFolder = process.env['PLATTER_DATA']
if (dataFolder !== undefined) app.setPath('userData', path.resolve(dataFolder, 'desktop'))

const request = parseLaunch(process.argv, {
  workingFolder: process.cwd(),
  appFolder: app.getAppPath(),
})

// A second instance hands over what it was asked; its paths are absolute by then, because they were
// meant from where it was started.
if (app.requestSingleInstanceLock({ ...request })) {
  new DesktopApp(request).run()
} else {
  app.quit()
}
