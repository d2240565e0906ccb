import type { MenuItemConstructorOptions } from 'electron'

/** A command of the window's registry, as the menu bar shows it. */
export interface MenuCommand {
  readonly id: string
  readonly label: string
  readonly accelerator?: string
  /** Its key means something else while text is edited, which only the window knows. */
  readonly inTableOnly?: boolean
}

interface Submenu {
  readonly label: string
  readonly commands: readonly MenuCommand[]
}

const separator = { type: 'separator' } as const
type Entry = MenuCommand | Submenu | typeof separator

const isMac = process.platform === 'darwin'

const newCommands: readonly Entry[] = [
  { id: 'library.newImage', label: 'New image…', accelerator: 'CmdOrCtrl+N' },
  separator,
  { id: 'library.openImage', label: 'Open image…', accelerator: 'CmdOrCtrl+O' },
]

const fileCommands: readonly Entry[] = [
  { id: 'library.addFolder', label: 'Add folder…', accelerator: 'CmdOrCtrl+Shift+O' },
  separator,
  { id: 'image.showInFolder', label: 'Show in folder' },
  { id: 'image.locate', label: 'Locate…' },
  { id: 'image.rename', label: 'Rename…', accelerator: 'F2', inTableOnly: true },
  { id: 'image.move', label: 'Move to…' },
  separator,
  {
    id: 'library.remove',
    label: 'Remove from library…',
    accelerator: 'Shift+Delete',
    inTableOnly: true,
  },
  { id: 'image.trash', label: 'Move to Trash…', accelerator: 'Delete', inTableOnly: true },
  separator,
  { id: 'view.settings', label: 'Settings…', accelerator: 'CmdOrCtrl+,' },
  separator,
]

const selectionCommands: readonly Entry[] = [
  {
    label: 'Copy as',
    commands: [
      { id: 'image.copyPath', label: 'Path', accelerator: 'CmdOrCtrl+C', inTableOnly: true },
      { id: 'image.copyName', label: 'Name' },
      { id: 'image.copySha256', label: 'SHA-256' },
      { id: 'image.copyInfo', label: 'Info as JSON' },
      {
        id: 'image.copyCommand',
        label: 'Command',
        accelerator: 'CmdOrCtrl+Shift+X',
        inTableOnly: true,
      },
    ],
  },
  separator,
  {
    id: 'library.selectAll',
    label: 'Select all images in the list',
    accelerator: 'CmdOrCtrl+A',
    inTableOnly: true,
  },
]

const imageMenu: readonly Entry[] = [
  { id: 'image.open', label: 'Open in inspector' },
  {
    id: 'image.openWindow',
    label: 'Open in new window',
    accelerator: 'Enter',
    inTableOnly: true,
  },
  separator,
  { id: 'image.check', label: 'Check', accelerator: 'CmdOrCtrl+Shift+C' },
  { id: 'image.repair', label: 'Repair…' },
  {
    id: 'image.compact',
    label: 'Compact…',
    // Cmd+M minimises a window on macOS.
    accelerator: isMac ? 'CmdOrCtrl+Shift+M' : 'CmdOrCtrl+M',
  },
  { id: 'image.resize', label: 'Resize…', accelerator: 'CmdOrCtrl+R' },
  separator,
  {
    label: 'Snapshot',
    commands: [
      { id: 'image.takeSnapshot', label: 'Take…', accelerator: 'CmdOrCtrl+T' },
      { id: 'image.manageSnapshots', label: 'Manage' },
    ],
  },
  {
    label: 'Backing chain',
    commands: [
      { id: 'image.showChain', label: 'Show' },
      { id: 'image.relink', label: 'Change backing file…' },
      { id: 'image.createOverlay', label: 'Create overlay…' },
      { id: 'image.trustLinks', label: 'Trust links…' },
    ],
  },
  separator,
  {
    id: 'image.hash',
    label: 'Compute SHA-256…',
    // Cmd+H hides an app on macOS.
    accelerator: isMac ? 'Cmd+Shift+H' : 'CmdOrCtrl+H',
  },
  { id: 'image.map', label: 'Map' },
  separator,
  // Edit > Undo is of text.
  { id: 'image.undo', label: 'Undo…', accelerator: 'CmdOrCtrl+Z' },
  separator,
  { id: 'library.checkAll', label: 'Check all images in the list…' },
  { id: 'library.compactAll', label: 'Compact all images in the list…' },
]

const viewMenu: readonly Entry[] = [
  { id: 'view.palette', label: 'Search images and commands…', accelerator: 'CmdOrCtrl+K' },
  { id: 'library.filter', label: 'Filter the list', accelerator: 'CmdOrCtrl+F' },
  separator,
  { id: 'view.library', label: 'Show all images' },
  { id: 'view.history', label: 'Show history' },
  { id: 'view.chains', label: 'Show all backing chains' },
  separator,
  { id: 'view.inspector', label: 'Show or hide the inspector', accelerator: 'CmdOrCtrl+I' },
  { id: 'view.tab.overview', label: 'Inspector: Overview', accelerator: 'CmdOrCtrl+1' },
  { id: 'view.tab.map', label: 'Inspector: Map', accelerator: 'CmdOrCtrl+2' },
  { id: 'view.tab.snapshots', label: 'Inspector: Snapshots', accelerator: 'CmdOrCtrl+3' },
  { id: 'view.tab.chain', label: 'Inspector: Chain', accelerator: 'CmdOrCtrl+4' },
  { id: 'view.tab.history', label: 'Inspector: History', accelerator: 'CmdOrCtrl+5' },
  { id: 'view.tab.details', label: 'Inspector: Details', accelerator: 'CmdOrCtrl+6' },
  separator,
  { id: 'view.activity', label: 'Show or hide activity', accelerator: 'CmdOrCtrl+J' },
  { id: 'view.density', label: 'Switch between comfortable and compact rows' },
  separator,
  { id: 'library.refresh', label: 'Refresh', accelerator: 'F5' },
]

const helpMenu: readonly Entry[] = [
  { id: 'view.shortcuts', label: 'Keyboard shortcuts', accelerator: 'CmdOrCtrl+/' },
  { id: 'view.about', label: 'About Platter', accelerator: 'F1' },
]

/** Every command the menu bar names; a test compares them with the window's registry. */
export const menuCommands: readonly MenuCommand[] = [
  ...newCommands,
  ...fileCommands,
  ...selectionCommands,
  ...imageMenu,
  ...viewMenu,
  ...helpMenu,
].flatMap((entry) => ('commands' in entry ? entry.commands : 'id' in entry ? [entry] : []))

export interface ApplicationMenuOptions {
  readonly onCommand: (id: string) => void
  /** Newest first. */
  readonly recent: readonly string[]
  readonly onRecent: (path: string) => void
  readonly onClearRecent: () => void
  /** What the window said last; a command it said nothing of is offered. */
  readonly isEnabled: (id: string) => boolean
}

/** The menu bar. It holds no reload and no developer tools: they would end the window's state. */
export function applicationMenu(
  options: ApplicationMenuOptions,
): readonly MenuItemConstructorOptions[] {
  const build = (entries: readonly Entry[]): MenuItemConstructorOptions[] =>
    entries.map((entry) => {
      if ('commands' in entry) return { label: entry.label, submenu: build(entry.commands) }
      return 'id' in entry ? commandItem(entry, options) : { ...entry }
    })
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        ...build(newCommands),
        recentMenu(options),
        ...build(fileCommands),
        { role: isMac ? 'close' : 'quit' },
      ],
    },
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
        ...build(selectionCommands),
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

/**
 * The window handles its shortcuts itself, where it knows what has the focus: the menu only shows them. macOS cannot
 * only show one, and a key that means something else while text is edited is not given away there.
 */
function commandItem(
  { id, label, accelerator, inTableOnly }: MenuCommand,
  { onCommand, isEnabled }: ApplicationMenuOptions,
): MenuItemConstructorOptions {
  const isShown = accelerator !== undefined && !(isMac && inTableOnly === true)
  return {
    id,
    label,
    ...(isShown && { accelerator, registerAccelerator: isMac }),
    enabled: isEnabled(id),
    click: () => onCommand(id),
  }
}

/** macOS keeps its own list; elsewhere it is ours. */
function recentMenu({
  recent,
  onRecent,
  onClearRecent,
}: ApplicationMenuOptions): MenuItemConstructorOptions {
  if (isMac) {
    return {
      label: 'Open Recent',
      role: 'recentDocuments',
      submenu: [{ role: 'clearRecentDocuments' }],
    }
  }
  return {
    id: 'recent',
    label: 'Open recent',
    enabled: recent.length > 0,
    submenu: [
      ...recent.map((path): MenuItemConstructorOptions => ({
        // A single one would underline the letter behind it.
        label: path.replaceAll('&', '&&'),
        click: () => onRecent(path),
      })),
      separator,
      { id: 'recent.clear', label: 'Clear this list', click: onClearRecent },
    ],
  }
}
