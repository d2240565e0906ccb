import { dialog, Menu, nativeTheme, shell, type BrowserWindow } from 'electron'
import { ImageError } from '../../core/index.ts'
import type { ShellEvents } from '../shell-events.ts'
import type { ShellPorts } from '../shell-ports.ts'
import { popupMenu } from './popup-menu.ts'

const imageExtensions = ['qcow2', 'qcow', 'img', 'raw', 'vmdk', 'vdi', 'vhd', 'vhdx', 'qed', 'iso']

/** What the services can ask of the desktop. `window` answers with the main window, once it is there. */
export function createDesktopShell(
  events: ShellEvents,
  window: () => BrowserWindow | undefined,
): ShellPorts {
  const choose = async (options: Electron.OpenDialogOptions): Promise<readonly string[]> => {
    const parent = window()
    const { canceled, filePaths } =
      parent === undefined
        ? await dialog.showOpenDialog(options)
        : await dialog.showOpenDialog(parent, options)
    return canceled ? [] : filePaths
  }
  return {
    host: 'electron',
    capabilities: {
      openDialog: true,
      showInFolder: true,
      nativeMenus: true,
      dropPaths: true,
      dragOut: false,
      imageWindows: false,
      notifications: false,
      trash: true,
    },

    chooseImages: () =>
      choose({
        title: 'Open disk images',
        properties: ['openFile', 'multiSelections'],
        filters: [
          { name: 'Disk images', extensions: imageExtensions },
          { name: 'All files', extensions: ['*'] },
        ],
      }),
    chooseFolder: async () => {
      const [folder] = await choose({ title: 'Add a folder', properties: ['openDirectory'] })
      return folder
    },
    showInFolder: (path) => shell.showItemInFolder(path),
    popupMenu: async (items) => {
      const parent = window()
      return parent === undefined ? undefined : popupMenu(items, parent)
    },
    setMenuState: (enabled) => {
      const menu = Menu.getApplicationMenu()
      for (const [id, isEnabled] of Object.entries(enabled)) {
        const item = menu?.getMenuItemById(id)
        if (item) item.enabled = isEnabled
      }
    },
    browse: async () => {
      throw new ImageError('not-in-this-shell', {
        feature: 'The folder browser',
        expected: "the system's open dialog",
      })
    },
    // The person chose it in a dialog, dropped it, or gave it on the command line.
    admit: async (path) => path,

    forwardEvents: (emit, signal) => events.forward(emit, signal),
    settingsChanged: ({ theme }) => {
      nativeTheme.themeSource = theme
    },
    showProgress: (fraction) => {
      const parent = window()
      parent?.setProgressBar(fraction ?? -1)
      parent?.setTitle(
        fraction === undefined ? 'Platter' : `${Math.floor(fraction * 100)} % - Platter`,
      )
    },
  }
}
