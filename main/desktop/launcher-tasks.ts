import type { MenuItemConstructorOptions, Task } from 'electron'
import type { LaunchCommand } from './launch-request.ts'
import { desktopTexts } from './texts/desktop-texts.ts'

/** What the icon in the taskbar or the Dock offers; on Linux the launcher does (electron-builder.yml, desktopActions). */
export const launcherTasks = [
  'library.newImage',
  'library.addFolder',
  'library.checkAll',
] as const satisfies readonly LaunchCommand[]

/** Windows starts the program again for each; the instance that runs takes it over. */
export const userTasks = (program: string): Task[] =>
  launcherTasks.map((command) => ({
    program,
    arguments: `--command=${command}`,
    ...desktopTexts().tasks[command],
    // The program's own icon.
    iconPath: program,
    iconIndex: 0,
  }))

export const dockMenu = (
  onCommand: (command: LaunchCommand) => void,
): readonly MenuItemConstructorOptions[] =>
  launcherTasks.map((command) => ({
    label: desktopTexts().tasks[command].title,
    click: () => onCommand(command),
  }))
