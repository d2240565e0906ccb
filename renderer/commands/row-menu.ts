import type { MenuEntry, MenuItem, Submenu } from '../ui/menu.tsx'
import type { IconName } from '../ui/icon.tsx'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { texts } from '../texts/texts.ts'
import { titleOf, type CommandContext } from './command.ts'
import { commandContext } from './context.ts'
import { canBeTreatedAsRaw } from './format-commands.ts'
import { popupNatively } from './native-menu.ts'
import { shownShortcut } from './platform.ts'
import { commandOf, runCommand } from './registry.ts'

interface SubmenuOf {
  readonly submenu: 'snapshot' | 'chain' | 'copy'
  readonly icon: IconName
  readonly ids: readonly string[]
}

/**
 * The groups of the row menu, with a line between them. What is rarer is one step further in, so that the menu
 * fits the smallest window with every reason shown.
 */
const groups: readonly (readonly (string | SubmenuOf)[])[] = [
  [
    'image.open',
    'image.openWindow',
    'image.showInFolder',
    'image.locate',
    'image.treatAsRaw',
    'image.detectFormat',
  ],
  ['image.check', 'image.repair', 'image.compact', 'image.resize'],
  [
    {
      submenu: 'snapshot',
      icon: 'snapshot',
      ids: ['image.takeSnapshot', 'image.manageSnapshots'],
    },
    {
      submenu: 'chain',
      icon: 'chain',
      ids: ['image.showChain', 'image.relink', 'image.createOverlay', 'image.trustLinks'],
    },
  ],
  [
    'image.hash',
    'image.map',
    {
      submenu: 'copy',
      icon: 'copy',
      ids: [
        'image.copyPath',
        'image.copyName',
        'image.copySha256',
        'image.copyInfo',
        'image.copyCommand',
      ],
    },
  ],
  ['image.rename', 'image.move', 'image.undo'],
  ['library.remove', 'image.trash'],
]

/** Every command that the row menu can hold, submenus included. */
export const rowMenuCommands: readonly string[] = groups
  .flat()
  .flatMap((entry) => (typeof entry === 'string' ? [entry] : entry.ids))

/** The row menu for the selection as it is now. What cannot be done stays, with its reason. */
export function rowMenuItems(): MenuEntry[] {
  const context = commandContext()
  return groups.flatMap((entries) =>
    entries
      .filter((entry) => typeof entry !== 'string' || belongs(entry, context))
      .map((entry, index): MenuEntry => ({
        ...(typeof entry === 'string' ? itemOf(entry, context) : submenuOf(entry, context)),
        separatorBefore: index === 0 && entries !== groups[0],
      })),
  )
}

/** Of a file that is missing nobody is shown where it is: they are asked. A format is asked for where none is known. */
function belongs(id: string, { images }: CommandContext): boolean {
  const isMissing = ({ missingSince }: LibraryRow): boolean => missingSince !== undefined
  if (id === 'image.locate') return images.some(isMissing)
  if (id === 'image.treatAsRaw') return images.some(canBeTreatedAsRaw)
  if (id === 'image.detectFormat') return images.some(({ treatedAsRaw }) => treatedAsRaw === true)
  return id !== 'image.showInFolder' || !(images.length > 0 && images.every(isMissing))
}

function itemOf(id: string, context: CommandContext): MenuItem {
  const command = commandOf(id)
  return {
    id,
    label: titleOf(command),
    icon: command.icon,
    shortcut: shownShortcut(command),
    disabledReason: command.disabledReason?.(context),
    onSelect: () => runCommand(id),
  }
}

function submenuOf({ submenu, icon, ids }: SubmenuOf, context: CommandContext): Submenu {
  const words = texts().commands.menus
  const labels: Readonly<Record<string, string>> = words.inside
  return {
    id: submenu,
    label: words[submenu],
    icon,
    items: ids.map((id) => {
      const item = itemOf(id, context)
      // The submenu has said "Copy" already.
      return { ...item, icon: undefined, label: labels[id] ?? item.label }
    }),
  }
}

/** The same menu drawn by the system; for hosts that say they can. */
export const popupRowMenu = (): void => popupNatively(rowMenuItems())
