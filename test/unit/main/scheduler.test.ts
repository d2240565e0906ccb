import { describe, expect, test } from 'vitest'
import {
  freeStands,
  Scheduler,
  type SchedulerLimits,
  type Waiting,
} from '../../../main/jobs/scheduler.ts'

const limits: SchedulerLimits = { jobs: 100, readersPerVolume: 2, writersPerVolume: 1 }

/** A job on an image of its own, that reads on one disk, unless said otherwise. */
const job = (jobId: number, part: Partial<Waiting> = {}): Waiting => ({
  jobId,
  imageId: jobId,
  lane: 'single',
  volume: 'disk',
  writes: false,
  ...part,
})

function scheduler(of: Partial<SchedulerLimits>, ...items: readonly Waiting[]): Scheduler {
  const made = new Scheduler(() => ({ ...limits, ...of }))
  for (const item of items) made.add(item)
  return made
}

/** Everything that may start now. */
function startAll(of: Scheduler): readonly number[] {
  const started: number[] = []
  for (let next = of.next(); next !== undefined; next = of.next()) started.push(next.jobId)
  return started
}

const wide = { readersPerVolume: 100, writersPerVolume: 100 }
const writer = { writes: true }

describe('the scheduler starts', () => {
  test.each<{
    readonly what: string
    readonly of: Partial<SchedulerLimits>
    readonly items: readonly Waiting[]
    readonly starts: readonly number[]
  }>([
    {
      what: 'as many as allowed',
      of: { ...wide, jobs: 2 },
      items: [job(1), job(2), job(3)],
      starts: [1, 2],
    },
    {
      what: 'one at least, whatever the limits say',
      of: { jobs: 0, readersPerVolume: 0, writersPerVolume: 0 },
      items: [job(1), job(2)],
      starts: [1],
    },
    {
      what: 'lanes in turn',
      of: wide,
      items: [
        job(1, { lane: 'batch 1' }),
        job(2, { lane: 'batch 1' }),
        job(3, { lane: 'batch 1' }),
        job(4),
        job(5, { lane: 'batch 2' }),
      ],
      starts: [1, 4, 5, 2, 3],
    },
    {
      what: 'one job of an image, and lets others pass',
      of: wide,
      items: [job(1, { imageId: 7 }), job(2, { imageId: 7 }), job(3)],
      starts: [1, 3],
    },
    {
      what: 'two readers and one writer of a volume',
      of: {},
      items: [job(1), job(2), job(3), job(4, writer), job(5, writer)],
      starts: [1, 2, 4],
    },
    {
      what: 'what is on another volume meanwhile',
      of: {},
      items: [
        job(1, writer),
        job(2, writer),
        job(3, { ...writer, volume: 'other' }),
        job(4, { volume: 'other' }),
      ],
      starts: [1, 3, 4],
    },
    {
      what: 'never more than the pool has threads, however many volumes there are',
      of: { jobs: 3 },
      items: [1, 2, 3, 4, 5].map((id) => job(id, { volume: `disk ${id}` })),
      starts: [1, 2, 3],
    },
    {
      what: 'who waited longest, of those whose volume has room',
      of: { jobs: 4, readersPerVolume: 1 },
      items: [
        job(1, { volume: 'a' }),
        job(2, { volume: 'a' }),
        job(3, { volume: 'b' }),
        job(4, { volume: 'c' }),
      ],
      starts: [1, 3, 4],
    },
    {
      what: 'another lane when the volume of one is busy',
      of: { readersPerVolume: 1 },
      items: [
        job(1, { lane: 'batch 1' }),
        job(2, { lane: 'batch 1' }),
        job(3, { lane: 'batch 2', volume: 'other' }),
      ],
      starts: [1, 3],
    },
  ])('$what', ({ of, items, starts }) => {
    expect(startAll(scheduler(of, ...items))).toEqual(starts)
  })
})

describe('the scheduler', () => {
  test('follows the limit when it changes', () => {
    let jobs = 1
    const of = new Scheduler(() => ({ ...limits, ...wide, jobs }))
    for (const id of [1, 2, 3]) of.add(job(id))
    expect(startAll(of)).toEqual([1])
    jobs = 2
    expect(startAll(of)).toEqual([2])
    of.finished(1)
    expect(startAll(of)).toEqual([3])
  })

  test('gives the place of what has ended to the next of its volume', () => {
    const of = scheduler({}, job(1, writer), job(2, writer))
    expect(startAll(of)).toEqual([1])
    of.finished(1)
    expect(startAll(of)).toEqual([2])
  })

  test('forgets what is taken back', () => {
    const of = scheduler({}, job(1))
    expect([of.remove(1), of.remove(1), of.next()]).toEqual([true, false, undefined])
  })

  test('lets what is held wait, and others of its lane pass', () => {
    const of = scheduler({}, job(1), job(2))
    of.hold(1, true)
    expect(startAll(of)).toEqual([2])
    of.hold(1, false)
    expect(startAll(of)).toEqual([1])
  })

  test('lets a held lane wait, with what comes into it later', () => {
    const of = scheduler({}, job(1, { lane: 'batch 1' }), job(2))
    of.holdLane('batch 1', true)
    of.add(job(3, { lane: 'batch 1' }))
    expect(startAll(of)).toEqual([2])
    of.holdLane('batch 1', false)
    of.finished(2)
    expect(startAll(of)).toEqual([1, 3])
  })

  test('gives the place of what stands still to others, and keeps its image for it', () => {
    const of = scheduler(
      { jobs: 1 },
      job(1, { ...writer, imageId: 7 }),
      job(2, { imageId: 7 }),
      job(3, writer),
    )
    expect(startAll(of)).toEqual([1])
    of.stands(1, true)
    expect(of.freeStanding).toBe(1)
    expect(startAll(of)).toEqual([3])
    of.stands(1, false)
    of.finished(3)
    expect(startAll(of)).toEqual([])
    of.finished(1)
    expect(startAll(of)).toEqual([2])
  })

  test('counts what stands still past a bound', () => {
    const ids = Array.from({ length: freeStands + 1 }, (_, index) => index + 1)
    const of = scheduler({ ...wide, jobs: ids.length }, ...ids.map((id) => job(id)))
    expect(startAll(of)).toHaveLength(ids.length)
    for (const id of ids) of.stands(id, true)
    expect(of.freeStanding).toBe(freeStands)
    const more = ids.map((id) => job(100 + id))
    for (const item of more) of.add(item)
    expect(startAll(of)).toHaveLength(ids.length - 1)
  })

  test('of ten thousand that wait for one disk is quick', () => {
    const of = scheduler({})
    for (let id = 1; id <= 10_000; id++) of.add(job(id, { lane: 'batch 1' }))
    const startedAt = performance.now()
    const running = [...startAll(of)]
    let done = 0
    for (let id = running.shift(); id !== undefined; id = running.shift()) {
      of.finished(id)
      done++
      running.push(...startAll(of))
    }
    expect(done).toBe(10_000)
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})
