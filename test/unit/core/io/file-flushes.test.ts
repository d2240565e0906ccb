import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { FileFlushes } from '../../../../core/io/file-flushes.ts'

/** Flushes that end when the test says so, in the order in which they began. */
function flushesOf() {
  const begun: PromiseWithResolvers<void>[] = []
  const flushes = new FileFlushes(() => {
    const one = Promise.withResolvers<void>()
    begun.push(one)
    return one.promise
  })
  const run = () => flushes.run().then(...told)
  const end = (index: number, error?: Error) => {
    if (error === undefined) begun[index]?.resolve()
    else begun[index]?.reject(error)
  }
  return { run, end }
}

const told = [() => 'done', (error: unknown) => String(error)] as const
const lost = new Error('lost')

it('a flush is done with its own call, and those that were under way when that ended', async () => {
  const { run, end } = flushesOf()
  const ended: string[] = []
  const first = run().then((outcome) => ended.push(`first ${outcome}`))
  const second = run().then((outcome) => ended.push(`second ${outcome}`))
  end(1)
  await turn()
  expect(ended).toEqual([])
  const third = run().then((outcome) => ended.push(`third ${outcome}`))
  end(0)
  await turn()
  // The third one began too late for the second.
  expect(ended).toEqual(['second done'])
  end(2)
  await Promise.all([first, second, third])
  expect(ended.toSorted()).toEqual(['first done', 'second done', 'third done'])
})

for (const [name, fails, succeeds] of [
  ['before', 0, 1],
  ['after', 1, 0],
] as const) {
  it(`a failure that one flush is told of fails the one beside it (begun ${name} it)`, async () => {
    const { run, end } = flushesOf()
    const outcomes = [run(), run()]
    end(succeeds)
    await turn()
    end(fails, lost)
    expect(await Promise.all(outcomes)).toEqual(['Error: lost', 'Error: lost'])
  })
}

it('a failure that was told first fails the one that is under way', async () => {
  const { run, end } = flushesOf()
  const [first, second] = [run(), run()]
  end(0, lost)
  await turn()
  end(1)
  expect(await Promise.all([first, second])).toEqual(['Error: lost', 'Error: lost'])
})
