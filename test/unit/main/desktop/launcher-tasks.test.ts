import { describe, expect, it } from 'vitest'
import { parseLaunch } from '../../../../main/desktop/launch-request.ts'
import { dockMenu, launcherTasks, userTasks } from '../../../../main/desktop/launcher-tasks.ts'
import { desktopTexts } from '../../../../main/desktop/texts/desktop-texts.ts'
import { isCommand } from '../../../../renderer/commands/registry.ts'

const program = 'C:\\Program Files\\Platter\\Platter.exe'

describe('what the taskbar and the Dock offer', () => {
  it('is what the window has, and opens a dialog', () => {
    for (const command of launcherTasks) {
      const { title, description } = desktopTexts().tasks[command]
      expect(isCommand(command)).toBe(true)
      expect(title).toMatch(/…$/)
      expect(description).not.toBe('')
    }
  })

  it('starts the program again on Windows, with what it is to open', () => {
    expect(userTasks(program)[0]).toEqual({
      program,
      arguments: '--command=library.newImage',
      title: 'New image…',
      description: 'Shows the plan of a new disk image',
      iconPath: program,
      iconIndex: 0,
    })
    for (const task of userTasks(program)) {
      const { command } = parseLaunch([task.program, task.arguments], {
        workingFolder: '/',
        appFolder: '/app',
      })
      expect(command).toBe(task.arguments.slice('--command='.length))
    }
  })

  it('asks the running app on macOS', () => {
    const asked: string[] = []
    for (const { click } of dockMenu((command) => asked.push(command))) {
      // Ours take nothing of what Electron would hand them.
      const choose = click as (() => void) | undefined
      choose?.()
    }
    expect(asked).toEqual([...launcherTasks])
  })
})
