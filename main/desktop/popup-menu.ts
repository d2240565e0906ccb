import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron'
import type { MenuItems } from '../shell-ports.ts'
import { menuCommands } from './application-menu.ts'
import { desktopTexts } from './texts/desktop-texts.ts'

type Item = Pick<MenuItems[number], 'id' | 'label' | 'enabled' | 'sublabel'>

/** Opens a native menu at the pointer; answers with the chosen item's id, undefined when it closed. */
export function popupMenu(items: MenuItems, window: BrowserWindow): Promise<string | undefined> {
  return new Promise((resolve) => {
    const built = ({ id, enabled, ...words }: Item): MenuItemConstructorOptions => ({
      id,
      enabled,
      ...labels(words),
      ...keyOf(id),
      click: () => resolve(id),
    })
    const template = items.flatMap((item): MenuItemConstructorOptions[] => [
      ...(item.separatorBefore ? [{ type: 'separator' } as const] : []),
      item.items === undefined
        ? built(item)
        : { id: item.id, label: item.label, submenu: item.items.map(built) },
    ])
    Menu.buildFromTemplate(template).popup({
      window,
      // Some systems tell of the closing before the click that caused it.
      callback: () => setTimeout(() => resolve(undefined), 100),
    })
  })
}

/** Only macOS draws a second line; elsewhere the reason follows the words. */
function labels({ label, sublabel }: Pick<Item, 'label' | 'sublabel'>): MenuItemConstructorOptions {
  if (sublabel === undefined) return { label }
  return process.platform === 'darwin'
    ? { label, sublabel }
    : { label: desktopTexts().menu.withReason(label, sublabel) }
}

/** Shown as in the menu bar, which is where the keys are listened for. */
function keyOf(id: string): MenuItemConstructorOptions {
  const accelerator = menuCommands.find((command) => command.id === id)?.accelerator
  return accelerator === undefined ? {} : { accelerator, registerAccelerator: false }
}
