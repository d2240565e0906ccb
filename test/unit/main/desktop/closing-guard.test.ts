import { expect, it } from 'vitest'
import { guardClosing, type ClosableWindow } from '../../../../main/desktop/closing-guard.ts'

/** A window as Electron has them: `close` asks its listeners, and stays when one prevents it. */
class Window implements ClosableWindow {
  isOpen = true
  #listeners: ((event: { preventDefault(): void }) => void)[] = []

  on(_name: 'close', listener: (event: { preventDefault(): void }) => void): this {
    this.#listeners.push(listener)
    return this
  }

  close(): void {
    let isPrevented = false
    const event = { preventDefault: () => (isPrevented = true) }
    for (const listener of this.#listeners) listener(event)
    if (!isPrevented) this.isOpen = false
  }
}

function guarded({ busy }: { busy: boolean }) {
  const window = new Window()
  const answers: ((answer: number) => void)[] = []
  guardClosing(window, {
    isBusy: () => busy,
    ask: ({ buttons }) => {
      expect(buttons).toEqual(['Keep working', 'Stop and close'])
      return new Promise((resolve) => answers.push(resolve))
    },
  })
  return { window, answers }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

it('lets a window close when nothing runs', () => {
  const { window, answers } = guarded({ busy: false })
  window.close()
  expect(window.isOpen).toBe(false)
  expect(answers).toEqual([])
})

it('keeps it open while the person is asked, and asks once', () => {
  const { window, answers } = guarded({ busy: true })
  window.close()
  window.close()
  expect(window.isOpen).toBe(true)
  expect(answers).toHaveLength(1)
})

it('keeps it open when the person wants to go on, and asks again the next time', async () => {
  const { window, answers } = guarded({ busy: true })
  window.close()
  answers[0]?.(0)
  await settle()
  expect(window.isOpen).toBe(true)
  window.close()
  expect(answers).toHaveLength(2)
})

it('closes it when the person wants that', async () => {
  const { window, answers } = guarded({ busy: true })
  window.close()
  answers[0]?.(1)
  await settle()
  expect(window.isOpen).toBe(false)
})
