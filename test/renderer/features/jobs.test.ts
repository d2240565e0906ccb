import { describe, expect, it } from 'vitest'
import { changeKind } from '../../../ipc/schemas/change.ts'
import type { Job, JobState } from '../../../ipc/schemas/job.ts'
import { cancelWorth } from '../../../renderer/features/jobs/cancel-worth.ts'
import { nextRun } from '../../../renderer/features/schedule/next-run.ts'
import { withWeekly } from '../../../renderer/features/schedule/change-weekly.ts'
import { newsBetween } from '../../../renderer/features/notify/news.ts'
import {
  batchRequest,
  batchWorks,
  usualOptions,
} from '../../../renderer/features/batch/batch-work.ts'
import {
  isAlwaysShown,
  outcomeBadge,
  outcomeOf,
  outcomesOf,
} from '../../../renderer/features/batch/outcome.ts'
import { worthAnotherTry } from '../../../renderer/features/batch/run-again.ts'
import { noJobs, shareOf, type JobsState } from '../../../renderer/state/job-reducer.ts'
import { jobRequest, type BatchCounters } from '../../../ipc/schemas/job.ts'

const job = (change: Partial<Job> = {}): Job => ({
  id: '1',
  request: { kind: 'compact', parameters: { mode: 'auto' } },
  imageId: 1,
  imageName: 'disk.qcow2',
  imagePath: '/vm/disk.qcow2',
  state: 'running',
  actor: 'desktop',
  queuedAt: 0,
  startedAt: 1,
  engineVersion: '0.1.0',
  ...change,
})

describe('what a file is worth after a cancel', () => {
  it('is said for every kind of change', () => {
    const worths = changeKind.options.map((kind) =>
      cancelWorth({ request: { kind, parameters: {} }, startedAt: 1 }),
    )
    expect(worths.filter((worth) => !/^[a-z].+\.$/.test(worth))).toEqual([])
  })

  it('is nothing lost for what only reads, and for what has not begun', () => {
    expect(cancelWorth({ request: { kind: 'map' }, startedAt: 1 })).toContain('only reads')
    expect(
      cancelWorth({ request: { kind: 'repair', parameters: {} }, startedAt: undefined }),
    ).toContain('has not begun')
  })

  it('differs by how an image is compacted', () => {
    const after = (mode: string): string =>
      cancelWorth({ request: { kind: 'compact', parameters: { mode } }, startedAt: 1 })
    expect(after('rewrite')).toContain('original stays')
    expect(after('in-place')).toContain('stays given back')
  })
})

describe('outcomes of a batch', () => {
  it('of changes are told apart by what came of them', () => {
    const ended = (state: JobState, more: Partial<Job> = {}) =>
      outcomeOf(job({ state, endedAt: 5, ...more }))
    expect([
      ended('succeeded'),
      ended('succeeded', { isIdle: true }),
      ended('failed'),
      ended('skipped'),
      ended('cancelled'),
      ended('interrupted'),
      outcomeOf(job({ state: 'paused' })),
    ]).toEqual(['ok', 'nothing', 'failed', 'skipped', 'cancelled', 'cancelled', 'paused'])
  })

  it('have a counter for damage that is left only where there is some', () => {
    const always = outcomesOf('compact').filter((outcome) => isAlwaysShown(outcome, 'compact'))
    expect(always).not.toContain('damaged')
    expect(always).not.toContain('needs-repair')
    expect(outcomeBadge(job({ state: 'paused' })).word).toBe('Paused')
    expect(outcomeBadge(job({ state: 'interrupted', endedAt: 5 })).word).toBe('Interrupted')
  })

  it('are worth another try unless they are good', () => {
    const tried = (['succeeded', 'failed', 'skipped', 'cancelled', 'running'] as const).filter(
      (state) => worthAnotherTry(job({ state })),
    )
    expect(tried).toEqual(['failed', 'skipped', 'cancelled'])
  })
})

it('asks the services for nothing they do not know, whatever the work', () => {
  const requests = batchWorks.map((work) => batchRequest(work, usualOptions))
  expect(requests.map((request) => jobRequest.parse(request))).toEqual(requests)
})

describe('the share of a job', () => {
  it('is that of all phases where it is told, else that of this phase', () => {
    const progress = { phase: 'data', done: 1, total: 4, unit: 'bytes' } as const
    expect(shareOf(job({ progress }))).toBe(0.25)
    expect(shareOf(job({ progress: { ...progress, share: 0.7 } }))).toBe(0.7)
    expect(shareOf(job())).toBeUndefined()
  })
})

describe('weekly checks', () => {
  const saturday = new Date(2026, 10, 21, 18, 30).getTime()

  it('come next on that day at that hour, in a week when it has passed today', () => {
    const next = (weekday: number, hour: number) => new Date(nextRun(saturday, { weekday, hour }))
    expect(next(0, 3)).toEqual(new Date(2026, 10, 22, 3))
    expect(next(6, 19)).toEqual(new Date(2026, 10, 21, 19))
    expect(next(6, 18)).toEqual(new Date(2026, 10, 28, 18))
  })

  it('are one a folder', () => {
    const first = withWeekly([], 1, { weekday: 0, hour: 3 })
    const both = withWeekly(first, 2, { weekday: 1, hour: 4 })
    expect(withWeekly(both, 1, { weekday: 5, hour: 6 })).toEqual([
      { folderId: 2, weekday: 1, hour: 4 },
      { folderId: 1, weekday: 5, hour: 6 },
    ])
    expect(withWeekly(both, 2, undefined)).toEqual(first)
  })
})

describe('news for somebody who is not looking', () => {
  const during = (change: Partial<Job>): JobsState => ({
    ...noJobs,
    jobs: new Map([['1', job(change)]]),
  })
  const newsOf = (change: Partial<Job>) => newsBetween(during(change), during({}))

  it('are of long work, and of failed work always', () => {
    expect(newsOf({ state: 'succeeded', startedAt: 0, endedAt: 9000 })).toEqual([])
    expect(newsOf({ state: 'succeeded', startedAt: 0, endedAt: 12_000 })).toHaveLength(1)
    expect(newsOf({ state: 'failed', startedAt: 0, endedAt: 10 })).toHaveLength(1)
    expect(newsOf({ state: 'cancelled', startedAt: 0, endedAt: 90_000 })).toEqual([])
  })

  it('are of a batch once, and not of its jobs', () => {
    expect(newsOf({ state: 'failed', batchId: '7', endedAt: 10 })).toEqual([])
    const running: BatchCounters = {
      id: '7',
      kind: 'check',
      title: 'Check',
      startedAt: 0,
      total: 2,
      done: 1,
      ok: 1,
      leaks: 0,
      damaged: 0,
      unreadable: 0,
      nothing: 0,
      failed: 0,
      cancelled: 0,
      skipped: 0,
    }
    const withBatch = (batch: BatchCounters): JobsState => ({
      ...noJobs,
      batches: new Map([['7', batch]]),
    })
    const ended = { ...running, done: 2, endedAt: 500 }
    expect(newsBetween(withBatch(ended), withBatch(running))).toEqual([])
    const bad = { ...ended, damaged: 1 }
    expect(newsBetween(withBatch(bad), withBatch(running))).toEqual([{ kind: 'batch', batch: bad }])
    expect(newsBetween(withBatch(bad), withBatch(bad))).toEqual([])
  })
})
