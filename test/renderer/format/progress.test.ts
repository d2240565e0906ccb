import { expect, test } from 'vitest'
import { describeProgress } from '../../../renderer/format/progress.ts'

const gibibyte = 1024 ** 3
const running = {
  phase: 'data',
  done: 2 * gibibyte,
  total: 8 * gibibyte,
  unit: 'bytes',
  speed: 212 * 1024 ** 2,
  secondsLeft: 29,
} as const

test('a running job tells its phase, amount, speed and time left', () => {
  expect(describeProgress(running, { silentMs: 100, units: 'binary' })).toEqual({
    share: 0.25,
    percent: '25 %',
    phase: 'Reading data',
    amount: '2 GiB of 8 GiB',
    speed: '212 MiB/s',
    outlook: 'about 30 s left',
  })
})

test('without an estimate no end is promised', () => {
  const { secondsLeft: _, ...early } = running
  expect(describeProgress(early, { silentMs: 0, units: 'binary' }).outlook).toBeUndefined()
})

test('a job that has been silent says that it waits for the disk', () => {
  const line = describeProgress(running, { silentMs: 12_400, units: 'binary' })
  expect(line.outlook).toBe('stalled for 12 s: waiting for disk')
  expect(line.speed).toBeUndefined()
})

test('an unknown total has no share and no percentage', () => {
  const line = describeProgress(
    { phase: 'sorting-out', done: 1, total: 0, unit: 'files' },
    { silentMs: 0, units: 'binary' },
  )
  expect(line).toMatchObject({ share: undefined, percent: undefined, amount: '1 file' })
  expect(line.phase).toBe('Sorting out')
})

test('clusters are counted, not measured', () => {
  const line = describeProgress(
    { phase: 'refcounts', done: 1200, total: 4096, unit: 'clusters', speed: 900 },
    { silentMs: 0, units: 'binary' },
  )
  expect(line).toMatchObject({ amount: '1,200 of 4,096 clusters', speed: '900 clusters/s' })
})

test('the share is that of the whole work where it is told', () => {
  const line = describeProgress({ ...running, share: 0.5 }, { silentMs: 0, units: 'binary' })
  expect(line).toMatchObject({ share: 0.5, percent: '50 %', amount: '2 GiB of 8 GiB' })
})

test('a change does more with data than to read it', () => {
  const line = describeProgress(running, { silentMs: 0, units: 'binary', isChange: true })
  expect(line.phase).toBe('Working through the data')
})
