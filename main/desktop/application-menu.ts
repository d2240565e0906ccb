import type { MenuItemConstructorOptions } from 'electron'

/** A command of the window's registry, as the menu bar shows it. */
export interface MenuCommand {
  readonly id: string
  readonly label: string
  readonly accelerator?: string
}

const separator = { type: 'separator' } as const
type Entry = MenuCommand | typeof separator | { readonly role: 'close' | 'quit' }

const isMac = process.platform === 'darwin'

const fileMenu: readonly Entry[] = [
  { id: 'library.openImage', label: 'Open image…', accelerator: 'CmdOrCtrl+O' },
  { id: 'library.addFolder', label: 'Add folder…', accelerator: 'CmdOrCtrl+Shift+O' },
  separator,
  { id: 'image.showInFolder', label: 'Show in folder' },
  { id: 'library.remove', label: 'Remove from library…', accelerator: 'Shift+Delete' },
  separator,
  { id: 'view.settings', label: 'Settings…', accelerator: 'CmdOrCtrl+,' },
  separator,
  { role: isMac ? 'close' : 'quit' },
]

/** Their keys mean something else while text is edited, which only the window knows. */
const selectionCommands: readonly MenuCommand[] = [
  { id: 'image.copyPath', label: 'Copy path', accelerator: 'CmdOrCtrl+C' },
  { id: 'library.selectAll', label: 'Select all images in the list', accelerator: 'CmdOrCtrl+A' },
]

const imageMenu: readonly Entry[] = [
  { id: 'image.check', label: 'Check', accelerator: 'CmdOrCtrl+Shift+C' },
  {
    id: 'image.hash',
    label: 'Compute SHA-256…',
    // Cmd+H hides an app on macOS.
    accelerator: isMac ? 'Cmd+Shift+H' : 'CmdOrCtrl+H',
  },
  { id: 'image.map', label: 'Map' },
  separator,
  { id: 'library.checkAll', label: 'Check all images in the list…' },
]

const viewMenu: readonly Entry[] = [
  { id: 'view.palette', label: 'Search images and commands…', accelerator: 'CmdOrCtrl+K' },
  { id: 'library.filter', label: 'Filter the list', accelerator: 'CmdOrCtrl+F' },
  separator,
  { id: 'view.library', label: 'Show all images' },
  { id: 'view.history', label: 'Show history' },
  { id: 'view.inspector', label: 'Show or hide the inspector', accelerator: 'CmdOrCtrl+I' },
  { id: 'view.activity', label: 'Show or hide activity', accelerator: 'CmdOrCtrl+J' },
  separator,
  { id: 'library.refresh', label: 'Refresh', accelerator: 'F5' },
]

const helpMenu: readonly Entry[] = [
  { id: 'view.shortcuts', label: 'Keyboard shortcuts', accelerator: 'CmdOrCtrl+/' },
  { id: 'view.about', label: 'About Platter', accelerator: 'F1' },
]

/** Every command the menu bar names; a test compares them with the window's registry. */
export const menuCommands: readonly MenuCommand[] = [
  ...fileMenu,
  ...selectionCommands,
  ...imageMenu,
  ...viewMenu,
  ...helpMenu,
].filter((entry) => 'id' in entry)

/** The menu bar. It holds no reload and no developer tools: they would end the window's state. */
export function applicationMenu(
  onCommand: (id: string) => void,
): readonly MenuItemConstructorOptions[] {
  const build = (
    entries: readonly Entry[],
    // The window handles its shortcuts itself, where it knows what has the focus; the menu only shows
    // them. (macOS sends keys to the menu first, in any case.)
    { registerAccelerator = isMac } = {},
  ): MenuItemConstructorOptions[] =>
    entries.map((entry) =>
      'id' in entry
        ? {
            ...entry,
            registerAccelerator,
            click: () => onCommand(entry.id),
          }
        : { ...entry },
    )
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { label: '&File', submenu: build(fileMenu) },
    {
      label: '&Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        separator,
        ...build(selectionCommands, { registerAccelerator: false }),
      ],
    },
    { label: '&Image', submenu: build(imageMenu) },
    {
      label: '&View',
      submenu: [
        ...build(viewMenu),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
      ],
    },
    ...(isMac ? [{ role: 'windowMenu' } as const] : []),
    { label: '&Help', submenu: build(helpMenu) },
  ]
}
