import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { BoundedTasks } from '../../../../core/base/bounded-tasks.ts'

it('never runs more at once than it may', async () => {
  const tasks = new BoundedTasks(3)
  let running = 0
  let most = 0
  for (let n = 0; n < 20; n++) {
    await tasks.add(async () => {
      running++
      most = Math.max(most, running)
      await setImmediate()
      running--
    })
  }
  await tasks.finish()
  expect([most, running]).toEqual([3, 0])
})

it('tells the first failure, and settles what still runs before', async () => {
  const tasks = new BoundedTasks(2)
  let ended = false
  const gate = Promise.withResolvers<undefined>()
  await tasks.add(async () => {
    await gate.promise
    ended = true
  })
  await tasks.add(() => Promise.reject(new Error('first')))
  const finish = tasks.finish()
  gate.resolve(undefined)
  await expect(finish).rejects.toThrow('first')
  expect(ended).toBe(true)
})
