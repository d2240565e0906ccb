import { Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron'
import type { MenuItems } from '../shell-ports.ts'

/** Opens a native menu at the pointer; answers with the chosen item's id, undefined when it closed. */
export function popupMenu(items: MenuItems, window: BrowserWindow): Promise<string | undefined> {
  return new Promise((resolve) => {
    const template = items.flatMap((item): MenuItemConstructorOptions[] => [
      ...(item.separatorBefore ? [{ type: 'separator' } as const] : []),
      { id: item.id, enabled: item.enabled, ...labels(item), click: () => resolve(item.id) },
    ])
    Menu.buildFromTemplate(template).popup({
      window,
      // Some systems tell of the closing before the click that caused it.
      callback: () => setTimeout(() => resolve(undefined), 100),
    })
  })
}

/** Only macOS draws a second line; elsewhere the reason follows the words. */
function labels({ label, sublabel }: MenuItems[number]): MenuItemConstructorOptions {
  if (sublabel === undefined) return { label }
  return process.platform === 'darwin' ? { label, sublabel } : { label: `${label} — ${sublabel}` }
}
