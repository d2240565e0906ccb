import { describe, expect, it } from 'vitest'
import type { MenuItemConstructorOptions } from 'electron'
import {
  applicationMenu,
  menuCommands,
  type ApplicationMenuOptions,
} from '../../../../main/desktop/application-menu.ts'
import { desktopTexts } from '../../../../main/desktop/texts/desktop-texts.ts'
import { titleOf } from '../../../../renderer/commands/command.ts'
import { commands } from '../../../../renderer/commands/registry.ts'
import { texts } from '../../../../renderer/texts/texts.ts'

/** The window writes "Mod", Electron "CmdOrCtrl". */
const asShortcut = (accelerator: string | undefined) => accelerator?.replace('CmdOrCtrl', 'Mod')

describe('the menu bar', () => {
  it.each(menuCommands)('shows $id as the window’s registry has it', ({ id, accelerator }) => {
    const command = commands.find((candidate) => candidate.id === id)
    const inside: Readonly<Record<string, string>> = texts().commands.menus.inside
    const title = inside[id] ?? (command && titleOf(command))
    expect({ title, shortcut: command?.shortcuts?.[0] }).toEqual({
      title: desktopTexts().menu.commands[id],
      shortcut: asShortcut(accelerator),
    })
  })

  it('names every command once', () => {
    const ids = menuCommands.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('names every command that a person could look for', () => {
    const inMenus = new Set<string>(menuCommands.map(({ id }) => id))
    const missing = commands.filter(({ id, hidden }) => hidden !== true && !inMenus.has(id))
    expect(missing.map(({ id }) => id)).toEqual([])
  })

  it('sends the command’s id when it is chosen', () => {
    const sent: string[] = []
    const items = fileMenu({ onCommand: (id) => sent.push(id) })
    click(items[0])
    expect(sent).toEqual(['library.newImage'])
  })

  it('offers what the window offers', () => {
    const items = fileMenu({ isEnabled: (id) => id !== 'library.newImage' })
    expect(items[0]?.enabled).toBe(false)
    expect(items[2]?.enabled).toBe(true)
  })

  it.skipIf(process.platform === 'darwin')('opens what was opened last', () => {
    const opened: string[] = []
    const items = fileMenu({
      recent: ['/vm/a & b.qcow2'],
      onRecent: (path) => opened.push(path),
      onClearRecent: () => opened.push('cleared'),
    })
    const recent = itemsOf(items.find(({ id }) => id === 'recent'))
    expect(recent.map(({ label }) => label)).toEqual([
      '/vm/a && b.qcow2',
      undefined,
      'Clear this list',
    ])
    click(recent[0])
    click(recent[2])
    expect(opened).toEqual(['/vm/a & b.qcow2', 'cleared'])
  })
})

type Items = readonly MenuItemConstructorOptions[]

/** As our templates have it; Electron would also take a finished menu. */
const itemsOf = (item: MenuItemConstructorOptions | undefined): Items =>
  Array.isArray(item?.submenu) ? item.submenu : []

const fileMenu = (options: Partial<ApplicationMenuOptions>): Items => {
  const template = applicationMenu({
    onCommand: () => undefined,
    recent: [],
    onRecent: () => undefined,
    onClearRecent: () => undefined,
    isEnabled: () => true,
    ...options,
  })
  return itemsOf(template.find(({ label }) => label === '&File'))
}

function click(item: MenuItemConstructorOptions | undefined): void {
  // Ours take nothing of what Electron would hand them.
  const chosen = item?.click as (() => void) | undefined
  chosen?.()
}
