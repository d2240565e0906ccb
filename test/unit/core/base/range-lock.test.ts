import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { RangeLock } from '../../../../core/base/range-lock.ts'
import { seededRandom } from '../../../helpers/random.ts'

async function isGranted(asked: Promise<unknown>): Promise<boolean> {
  let granted = false
  void asked.then(() => {
    granted = true
  })
  await setImmediate()
  return granted
}

it('lets ranges that do not touch go on side by side', async () => {
  const lock = new RangeLock()
  using _first = await lock.exclusive(0, 512)
  using _next = await lock.exclusive(512, 1024)
  expect(await isGranted(lock.shared(4096, 8192))).toBe(true)
})

it('makes a writer wait for a reader of the same bytes, and the reader for the writer', async () => {
  const lock = new RangeLock()
  const reader = await lock.shared(0, 1000)
  const writer = lock.exclusive(999, 2000)
  expect(await isGranted(writer)).toBe(false)
  expect(String(lock)).toBe('held shared 0-1000, waiting exclusive 999-2000')
  const late = lock.shared(1500, 1600)
  expect(await isGranted(late)).toBe(false)
  reader[Symbol.dispose]()
  const held = await writer
  expect(await isGranted(late)).toBe(false)
  held[Symbol.dispose]()
  expect(await isGranted(late)).toBe(true)
})

it('lets a claim pass the waiting ones that it does not touch', async () => {
  const lock = new RangeLock()
  using _held = await lock.exclusive(0, 100)
  const waiting = lock.exclusive(50, 200)
  expect(await isGranted(waiting)).toBe(false)
  expect(await isGranted(lock.exclusive(200, 300))).toBe(true)
  expect(await isGranted(lock.exclusive(150, 160))).toBe(false)
})

it('never lets an exclusive range overlap another one, whoever comes when', async () => {
  const random = seededRandom(7)
  const lock = new RangeLock()
  const held: { start: number; end: number; exclusive: boolean }[] = []
  let grants = 0
  const worker = async () => {
    for (let round = 0; round < 60; round++) {
      const start = random.below(100)
      const end = start + 1 + random.below(20)
      const exclusive = random.chance(0.5)
      using _claim = await (exclusive ? lock.exclusive(start, end) : lock.shared(start, end))
      const claim = { start, end, exclusive }
      const clash = held.filter(
        (other) => (other.exclusive || exclusive) && other.start < end && start < other.end,
      )
      expect(clash).toEqual([])
      held.push(claim)
      for (let turn = random.below(4); turn > 0; turn--) await setImmediate()
      held.splice(held.indexOf(claim), 1)
      grants++
    }
  }
  await Promise.all(Array.from({ length: 12 }, worker))
  expect(grants).toBe(720)
  expect(String(lock)).toBe('')
})

it('says whether anybody has a part of a range, or waits for one', async () => {
  const lock = new RangeLock()
  const reader = await lock.shared(100, 200)
  expect(lock.isFree(0, 100)).toBe(true)
  expect(lock.isFree(199, 300)).toBe(false)
  const writer = lock.exclusive(150, 400)
  expect(lock.isFree(300, 301)).toBe(false)
  reader[Symbol.dispose]()
  const held = await writer
  expect(lock.isFree(100, 150)).toBe(true)
  held[Symbol.dispose]()
  expect(lock.isFree(0, 1000)).toBe(true)
})
