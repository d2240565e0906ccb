import { describe, expect, it } from 'vitest'
import { applicationMenu, menuCommands } from '../../../../main/desktop/application-menu.ts'
import { commands } from '../../../../renderer/commands/registry.ts'

/** The window writes "Mod", Electron "CmdOrCtrl". */
const asShortcut = (accelerator: string | undefined) => accelerator?.replace('CmdOrCtrl', 'Mod')

describe('the menu bar', () => {
  it.each(menuCommands)(
    'shows $id as the window’s registry has it',
    ({ id, label, accelerator }) => {
      const command = commands.find((candidate) => candidate.id === id)
      expect({ title: command?.title, shortcut: command?.shortcuts?.[0] }).toEqual({
        title: label,
        shortcut: asShortcut(accelerator),
      })
    },
  )

  it('names every command once', () => {
    const ids = menuCommands.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('sends the command’s id when it is chosen', () => {
    const sent: string[] = []
    const [fileMenu] = applicationMenu((id) => sent.push(id))
    // As our template has it; Electron would also take a finished menu.
    const items = Array.isArray(fileMenu?.submenu) ? fileMenu.submenu : []
    const click = items[0]?.click as (() => void) | undefined
    click?.()
    expect(sent).toEqual(['library.openImage'])
  })
})
