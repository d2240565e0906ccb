import { app, Menu } from 'electron'
import type { LaunchCommand } from './launch-request.ts'
import { dockMenu, userTasks } from './launcher-tasks.ts'

/** Gives the taskbar (Windows) or the Dock (macOS) what it offers. */
export function offerLauncherTasks(onCommand: (command: LaunchCommand) => void): void {
  if (process.platform === 'win32') app.setUserTasks(userTasks(process.execPath))
  if (process.platform === 'darwin')
    app.dock?.setMenu(Menu.buildFromTemplate([...dockMenu(onCommand)]))
}
