import type { MenuItemConstructorOptions, Task } from 'electron'
import type { LaunchCommand } from './launch-request.ts'

interface LauncherTask {
  readonly command: LaunchCommand
  readonly title: string
  readonly description: string
}

/** What the icon in the taskbar or the Dock offers; on Linux the launcher does (electron-builder.yml, desktopActions). */
export const launcherTasks: readonly LauncherTask[] = [
  {
    command: 'library.newImage',
    title: 'New image…',
    description: 'Shows the plan of a new disk image',
  },
  {
    command: 'library.addFolder',
    title: 'Add folder…',
    description: 'Asks for a folder of disk images',
  },
  {
    command: 'library.checkAll',
    title: 'Check all images…',
    description: 'Shows the plan of a check',
  },
]

/** Windows starts the program again for each; the instance that runs takes it over. */
export const userTasks = (program: string): Task[] =>
  launcherTasks.map(({ command, title, description }) => ({
    program,
    arguments: `--command=${command}`,
    title,
    description,
    // The program's own icon.
    iconPath: program,
    iconIndex: 0,
  }))

export const dockMenu = (
  onCommand: (command: LaunchCommand) => void,
): readonly MenuItemConstructorOptions[] =>
  launcherTasks.map(({ command, title }) => ({ label: title, click: () => onCommand(command) }))
