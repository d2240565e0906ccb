/** Entry of the desktop shell: what must happen before Electron is ready, and one instance. */
import { app } from 'electron'
import path from 'node:path'
import { DesktopApp } from './desktop/desktop-app.ts'
import { fileArguments } from './desktop/file-arguments.ts'
import { registerWindowScheme } from './desktop/window-scheme.ts'
import { guardNavigation } from './desktop/window-guards.ts'

app.enableSandbox()
registerWindowScheme()
guardNavigation()

// Someone who keeps the data elsewhere (a test, a second profile) gets an instance of its own.
const dataFolder = process.env['PLATTER_DATA']
if (dataFolder !== undefined) app.setPath('userData', path.resolve(dataFolder, 'desktop'))

const paths = fileArguments(process.argv, {
  workingFolder: process.cwd(),
  appFolder: app.getAppPath(),
})

// A second instance hands over its paths, absolute: they were meant from where it was started.
if (app.requestSingleInstanceLock({ paths })) {
  new DesktopApp(paths).run()
} else {
  app.quit()
}
