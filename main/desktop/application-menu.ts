import type { MenuItemConstructorOptions } from 'electron'
import { desktopTexts, type DesktopTexts } from './texts/desktop-texts.ts'

/** A command of the window's registry, as the menu bar shows it. */
export interface MenuCommand {
  readonly id: keyof DesktopTexts['menu']['commands']
  readonly accelerator?: string
  /** Its key means something else while text is edited, which only the window knows. */
  readonly inTableOnly?: boolean
}

interface Submenu {
  readonly submenu: keyof DesktopTexts['menu']['submenus']
  readonly commands: readonly MenuCommand[]
}

const separator = { type: 'separator' } as const
type Entry = MenuCommand | Submenu | typeof separator

const isMac = process.platform === 'darwin'

const newCommands: readonly Entry[] = [
  { id: 'library.newImage', accelerator: 'CmdOrCtrl+N' },
  separator,
  { id: 'library.openImage', accelerator: 'CmdOrCtrl+O' },
]

const fileCommands: readonly Entry[] = [
  { id: 'library.addFolder', accelerator: 'CmdOrCtrl+Shift+O' },
  separator,
  { id: 'image.showInFolder' },
  { id: 'image.locate' },
  { id: 'image.rename', accelerator: 'F2', inTableOnly: true },
  { id: 'image.move' },
  separator,
  {
    id: 'library.remove',
    accelerator: 'Shift+Delete',
    inTableOnly: true,
  },
  { id: 'image.trash', accelerator: 'Delete', inTableOnly: true },
  separator,
  { id: 'view.settings', accelerator: 'CmdOrCtrl+,' },
  separator,
]

const selectionCommands: readonly Entry[] = [
  {
    submenu: 'copy',
    commands: [
      { id: 'image.copyPath', accelerator: 'CmdOrCtrl+C', inTableOnly: true },
      { id: 'image.copyName' },
      { id: 'image.copySha256' },
      { id: 'image.copyInfo' },
      {
        id: 'image.copyCommand',
        accelerator: 'CmdOrCtrl+Shift+X',
        inTableOnly: true,
      },
    ],
  },
  separator,
  {
    id: 'library.selectAll',
    accelerator: 'CmdOrCtrl+A',
    inTableOnly: true,
  },
]

const imageMenu: readonly Entry[] = [
  { id: 'image.open' },
  {
    id: 'image.openWindow',
    accelerator: 'Enter',
    inTableOnly: true,
  },
  separator,
  { id: 'image.check', accelerator: 'CmdOrCtrl+Shift+C' },
  { id: 'image.repair' },
  {
    id: 'image.compact',
    // Cmd+M minimises a window on macOS.
    accelerator: isMac ? 'CmdOrCtrl+Shift+M' : 'CmdOrCtrl+M',
  },
  { id: 'image.resize', accelerator: 'CmdOrCtrl+R' },
  separator,
  {
    submenu: 'snapshot',
    commands: [
      { id: 'image.takeSnapshot', accelerator: 'CmdOrCtrl+T' },
      { id: 'image.manageSnapshots' },
    ],
  },
  {
    submenu: 'chain',
    commands: [
      { id: 'image.showChain' },
      { id: 'image.relink' },
      { id: 'image.createOverlay' },
      { id: 'image.trustLinks' },
    ],
  },
  separator,
  {
    id: 'image.hash',
    // Cmd+H hides an app on macOS.
    accelerator: isMac ? 'Cmd+Shift+H' : 'CmdOrCtrl+H',
  },
  { id: 'image.map' },
  { id: 'image.treatAsRaw' },
  { id: 'image.detectFormat' },
  separator,
  // Edit > Undo is of text.
  { id: 'image.undo', accelerator: 'CmdOrCtrl+Z' },
  { id: 'image.undoBatch' },
  separator,
  { id: 'library.checkAll' },
  { id: 'library.compactAll' },
]

const viewMenu: readonly Entry[] = [
  { id: 'view.palette', accelerator: 'CmdOrCtrl+K' },
  { id: 'library.filter', accelerator: 'CmdOrCtrl+F' },
  separator,
  { id: 'view.library' },
  { id: 'view.history' },
  { id: 'view.chains' },
  separator,
  { id: 'view.inspector', accelerator: 'CmdOrCtrl+I' },
  { id: 'view.tab.overview', accelerator: 'CmdOrCtrl+1' },
  { id: 'view.tab.map', accelerator: 'CmdOrCtrl+2' },
  { id: 'view.tab.snapshots', accelerator: 'CmdOrCtrl+3' },
  { id: 'view.tab.chain', accelerator: 'CmdOrCtrl+4' },
  { id: 'view.tab.history', accelerator: 'CmdOrCtrl+5' },
  { id: 'view.tab.details', accelerator: 'CmdOrCtrl+6' },
  separator,
  { id: 'view.activity', accelerator: 'CmdOrCtrl+J' },
  { id: 'view.density' },
  separator,
  { id: 'library.refresh', accelerator: 'F5' },
]

const helpMenu: readonly Entry[] = [
  { id: 'view.shortcuts', accelerator: 'CmdOrCtrl+/' },
  { id: 'view.about', accelerator: 'F1' },
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
  const words = desktopTexts().menu
  const role = (name: keyof typeof words.roles): MenuItemConstructorOptions => ({
    role: name,
    label: words.roles[name],
  })
  const build = (entries: readonly Entry[]): MenuItemConstructorOptions[] =>
    entries.map((entry) => {
      if ('commands' in entry) {
        return { label: words.submenus[entry.submenu], submenu: build(entry.commands) }
      }
      return 'id' in entry ? commandItem(entry, options) : { ...entry }
    })
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: words.file,
      submenu: [
        ...build(newCommands),
        recentMenu(options),
        ...build(fileCommands),
        role(isMac ? 'close' : 'quit'),
      ],
    },
    {
      label: words.edit,
      submenu: [
        role('undo'),
        role('redo'),
        separator,
        role('cut'),
        role('copy'),
        role('paste'),
        separator,
        ...build(selectionCommands),
      ],
    },
    { label: words.image, submenu: build(imageMenu) },
    {
      label: words.view,
      submenu: [
        ...build(viewMenu),
        separator,
        role('resetZoom'),
        role('zoomIn'),
        role('zoomOut'),
        separator,
        role('togglefullscreen'),
      ],
    },
    ...(isMac ? [{ role: 'windowMenu' } as const] : []),
    { label: words.help, submenu: build(helpMenu) },
  ]
}

/**
 * The window handles its shortcuts itself, where it knows what has the focus: the menu only shows them. macOS cannot
 * only show one, and a key that means something else while text is edited is not given away there.
 */
function commandItem(
  { id, accelerator, inTableOnly }: MenuCommand,
  { onCommand, isEnabled }: ApplicationMenuOptions,
): MenuItemConstructorOptions {
  const isShown = accelerator !== undefined && !(isMac && inTableOnly === true)
  return {
    id,
    label: desktopTexts().menu.commands[id],
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
  const words = desktopTexts().menu
  if (isMac) {
    return {
      label: words.openRecent,
      role: 'recentDocuments',
      submenu: [{ role: 'clearRecentDocuments' }],
    }
  }
  return {
    id: 'recent',
    label: words.openRecent,
    enabled: recent.length > 0,
    submenu: [
      ...recent.map((path): MenuItemConstructorOptions => ({
        // A single one would underline the letter behind it.
        label: path.replaceAll('&', '&&'),
        click: () => onRecent(path),
      })),
      separator,
      { id: 'recent.clear', label: words.clearRecent, click: onClearRecent },
    ],
  }
}
