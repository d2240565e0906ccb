import { describe, expect, it } from 'vitest'
import type { ShellEvent } from '../../../ipc/schemas/app.ts'
import { ShellEvents } from '../../../main/shell-events.ts'

const command = (id: string): ShellEvent => ({ type: 'command', id })

/** Lets what was sent arrive. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

function listen(events: ShellEvents, windowOf?: number) {
  const seen: ShellEvent[] = []
  const stop = new AbortController()
  const ended = events.forward(async (event) => void seen.push(event), stop.signal, windowOf)
  return { seen, stop, ended }
}

describe('shell events', () => {
  it('reach every window that listens', async () => {
    const events = new ShellEvents()
    const [first, second] = [listen(events), listen(events)]
    events.send(command('image.check'))
    await settle()
    expect(first.seen).toEqual([command('image.check')])
    expect(second.seen).toEqual([command('image.check')])
  })

  it('reach the window of one image alone, when they are for it', async () => {
    const events = new ShellEvents()
    const [library, image, other] = [listen(events), listen(events, 7), listen(events, 8)]
    events.send(command('image.check'), 7)
    events.send(command('library.addFolder'))
    await settle()
    expect(image.seen).toEqual([command('image.check')])
    expect(library.seen).toEqual([command('library.addFolder')])
    expect(other.seen).toEqual([])
  })

  it('wait for a window of the library, not for one of an image', async () => {
    const events = new ShellEvents()
    const image = listen(events, 7)
    events.send(command('library.addFolder'))
    await settle()
    expect(image.seen).toEqual([])
    const library = listen(events)
    await settle()
    expect(library.seen).toEqual([command('library.addFolder')])
  })

  it('wait for the first window, in order', async () => {
    const events = new ShellEvents()
    events.send(command('one'))
    events.send(command('two'))
    const first = listen(events)
    await settle()
    expect(first.seen).toEqual([command('one'), command('two')])
    const second = listen(events)
    await settle()
    expect(second.seen).toEqual([])
  })

  it('keep the newest when nobody ever listens', async () => {
    const events = new ShellEvents()
    for (let index = 0; index < 1000; index++) events.send(command(String(index)))
    const window = listen(events)
    await settle()
    expect(window.seen).toHaveLength(100)
    expect(window.seen.at(-1)).toEqual(command('999'))
  })

  it('end with the window, and wait for the next one again', async () => {
    const events = new ShellEvents()
    const first = listen(events)
    first.stop.abort()
    await first.ended
    events.send(command('later'))
    const second = listen(events)
    await settle()
    expect(first.seen).toEqual([])
    expect(second.seen).toEqual([command('later')])
  })
})
