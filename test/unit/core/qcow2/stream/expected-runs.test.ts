import { expect, test } from 'vitest'
import { ExpectedRuns, type ExpectedRun } from '../../../../../core/qcow2/stream/expected-runs.ts'
import { seededRandom } from '../../../../helpers/random.ts'

const data = (start: number, guest = 0): ExpectedRun => ({
  kind: 'data',
  start,
  length: 512,
  guest,
})

test('runs come up in the order of the stream, whatever the order they were found in', () => {
  const random = seededRandom(1)
  const runs = new ExpectedRuns()
  const starts = Array.from({ length: 5000 }, () => 512 * random.below(10_000))
  for (const start of starts) expect(runs.add(data(start))).toBe(true)
  const taken: number[] = []
  for (let run = runs.takeBefore(Infinity); run !== undefined; run = runs.takeBefore(Infinity)) {
    taken.push(run.start)
  }
  expect(taken).toEqual(starts.toSorted((a, b) => a - b))
})

test('a run comes up once the stream has its first byte, a packed one once it has its last', () => {
  const runs = new ExpectedRuns()
  runs.add({ kind: 'packed', start: 100, length: 412, guest: 7 })
  runs.add(data(200, 2 ** 45))
  expect(runs.takeBefore(200)).toBeUndefined()
  expect(runs.takeBefore(201)).toEqual(data(200, 2 ** 45))
  expect(runs.takeBefore(511)).toBeUndefined()
  expect(runs.takeBefore(512)).toEqual({ kind: 'packed', start: 100, length: 412, guest: 7 })
  expect(runs.size).toBe(0)
})

test('there is room for so many and no more, and room again for what was taken', () => {
  const runs = new ExpectedRuns(2000)
  for (let at = 0; at < 2000; at++) expect(runs.add(data(at))).toBe(true)
  expect(runs.add(data(1))).toBe(false)
  expect(runs.limitBytes).toBe(50_000)
  runs.takeBefore(Infinity)
  expect(runs.add(data(1))).toBe(true)
})
