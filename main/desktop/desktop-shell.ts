import path from 'node:path'
import { app, dialog, nativeTheme, shell } from 'electron'
import { ImageError } from '../../core/index.ts'
import { dragIconFile } from '../places.ts'
import type { ShellEvents } from '../shell-events.ts'
import type { ShellPorts } from '../shell-ports.ts'
import type { AppWindows } from './app-windows.ts'
import { popupMenu } from './popup-menu.ts'
import { desktopTexts } from './texts/desktop-texts.ts'

const imageExtensions = ['qcow2', 'qcow', 'img', 'raw', 'vmdk', 'vdi', 'vhd', 'vhdx', 'qed', 'iso']

function imageFilters(): Electron.FileFilter[] {
  const { diskImages, allFiles } = desktopTexts().dialogs
  return [
    { name: diskImages, extensions: imageExtensions },
    { name: allFiles, extensions: ['*'] },
  ]
}

/** Windows colours the button; elsewhere it is drawn as always. */
const barModes = { working: 'normal', paused: 'paused', failed: 'error' } as const

/** What the services can ask of the desktop. Dialogs and menus belong to the window that the person is at. */
export function createDesktopShell(
  events: ShellEvents,
  windows: AppWindows,
): Omit<ShellPorts, 'setMenuState'> {
  const choose = async (options: Electron.OpenDialogOptions): Promise<readonly string[]> => {
    const parent = windows.current
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
      dragOut: true,
      imageWindows: true,
      notifications: true,
      trash: true,
    },

    chooseImages: () =>
      choose({
        title: desktopTexts().dialogs.openImages,
        properties: ['openFile', 'multiSelections'],
        filters: imageFilters(),
      }),
    chooseImage: async () => {
      const [file] = await choose({
        title: desktopTexts().dialogs.chooseImage,
        properties: ['openFile'],
        filters: imageFilters(),
      })
      return file
    },
    chooseFolder: async (purpose) => {
      const [folder] = await choose(
        purpose === 'library'
          ? { title: desktopTexts().dialogs.addFolder, properties: ['openDirectory'] }
          : {
              title: desktopTexts().dialogs.chooseFolder,
              properties: ['openDirectory', 'createDirectory'],
            },
      )
      return folder
    },
    chooseNewFile: async (suggestedName) => {
      const parent = windows.current
      const options: Electron.SaveDialogOptions = {
        title: desktopTexts().dialogs.saveReport,
        defaultPath: path.join(app.getPath('downloads'), suggestedName),
        filters: [
          {
            name: desktopTexts().dialogs.reports,
            extensions: [path.extname(suggestedName).slice(1)],
          },
        ],
      }
      const { canceled, filePath } =
        parent === undefined
          ? await dialog.showSaveDialog(options)
          : await dialog.showSaveDialog(parent, options)
      return canceled || filePath === '' ? undefined : filePath
    },
    // The services keep the Trash of Linux themselves: what they put there they can take out again.
    ...(process.platform !== 'linux' && { trash: (file: string) => shell.trashItem(file) }),
    startDrag: ([file, ...others]) =>
      windows.current?.webContents.startDrag({
        file,
        files: [file, ...others],
        icon: dragIconFile,
      }),
    openWindow: (image) => windows.showImage(image),
    showInFolder: (file) => shell.showItemInFolder(file),
    popupMenu: async (items) => {
      const parent = windows.current
      return parent === undefined ? undefined : popupMenu(items, parent)
    },
    browse: async () => {
      throw new ImageError('not-in-this-shell', {
        feature: 'The folder browser',
        expected: "the system's open dialog",
      })
    },
    // The person chose it in a dialog, dropped it, or gave it on the command line.
    admit: async (file) => file,

    forwardEvents: (emit, signal, windowOf) => events.forward(emit, signal, windowOf),
    settingsChanged: ({ theme }) => {
      nativeTheme.themeSource = theme
    },
    showProgress: (fraction, state) => {
      const parent = windows.library
      parent?.setProgressBar(fraction ?? -1, { mode: barModes[state] })
      parent?.setTitle(
        fraction === undefined
          ? desktopTexts().product
          : desktopTexts().windowTitle(Math.floor(fraction * 100)),
      )
    },
  }
}
