import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { RwLock } from '../../../../core/base/rw-lock.ts'

/** Asks, and notes in `log` when it is let in. */
function asking(log: string[], name: string, asked: Promise<Disposable>): Promise<Disposable> {
  return asked.then((held) => {
    log.push(name)
    return held
  })
}

it('lets readers in together and a writer alone', async () => {
  const lock = new RwLock()
  const log: string[] = []
  const first = await asking(log, 'reader 1', lock.shared('reader 1'))
  const second = await asking(log, 'reader 2', lock.shared('reader 2'))
  const writer = asking(log, 'writer', lock.exclusive('writer'))
  await setImmediate()
  expect(log).toEqual(['reader 1', 'reader 2'])

  first[Symbol.dispose]()
  await setImmediate()
  expect(log).not.toContain('writer')
  second[Symbol.dispose]()
  const held = await writer
  const third = asking(log, 'reader 3', lock.shared('reader 3'))
  await setImmediate()
  expect(log).toEqual(['reader 1', 'reader 2', 'writer'])
  held[Symbol.dispose]()
  await third
})

it('keeps the order in which they asked, so that a writer is never passed for ever', async () => {
  const lock = new RwLock()
  const log: string[] = []
  const holder = await lock.shared('holder')
  const waiting = [
    asking(log, 'writer 1', lock.exclusive('writer 1')),
    asking(log, 'reader 1', lock.shared('reader 1')),
    asking(log, 'reader 2', lock.shared('reader 2')),
    asking(log, 'writer 2', lock.exclusive('writer 2')),
    asking(log, 'reader 3', lock.shared('reader 3')),
  ]
  await setImmediate()
  expect(log).toEqual([])
  holder[Symbol.dispose]()
  for (const next of waiting) {
    const held = await next
    await setImmediate()
    held[Symbol.dispose]()
  }
  expect(log).toEqual(['writer 1', 'reader 1', 'reader 2', 'writer 2', 'reader 3'])
})

it('names who holds it and who waits', async () => {
  const lock = new RwLock()
  const held = await lock.shared('write')
  const commit = lock.exclusive('commit')
  expect(String(lock)).toBe('held by [write], waiting [commit!]')
  held[Symbol.dispose]()
  const last = await commit
  expect(String(lock)).toBe('held by [commit!], waiting []')
  last[Symbol.dispose]()
  expect(() => last[Symbol.dispose]()).toThrow('a lock it has not got')
})

it('lets in at once who does not want to wait, or not at all', async () => {
  const lock = new RwLock()
  const tried = lock.tryShared('step')
  expect(tried).toBeDefined()
  const commit = lock.exclusive('commit')
  // A commit that waits is before whoever comes now.
  expect(lock.tryShared('step')).toBeUndefined()
  tried?.[Symbol.dispose]()
  const held = await commit
  expect(lock.tryShared('step')).toBeUndefined()
  held[Symbol.dispose]()
  expect(lock.tryShared('step')).toBeDefined()
})
