import { describe, expect, test } from 'vitest'
import type { Job } from '../../../ipc/schemas/job.ts'
import {
  batchShare,
  noJobs,
  reduceJobs,
  type JobsState,
} from '../../../renderer/state/job-reducer.ts'

const job = (id: string, change: Partial<Job> = {}): Job => ({
  id,
  request: { kind: 'check', depth: 'metadata' },
  imageId: 1,
  imageName: 'web01.qcow2',
  imagePath: '/srv/vm/web01.qcow2',
  state: 'running',
  actor: 'desktop',
  queuedAt: 1000,
  engineVersion: '0.1.0',
  ...change,
})
const half = { phase: 'tables', done: 50, total: 100, unit: 'bytes' } as const
const batch = {
  id: 'b',
  kind: 'check' as const,
  title: '/srv/vm',
  startedAt: 0,
  total: 10,
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
const after = (state: JobsState, ...jobs: readonly Job[]): JobsState =>
  reduceJobs(state, [{ type: 'jobs', jobs: [...jobs] }], 5000)

describe('the jobs a window knows', () => {
  test('progress reaches the job, its image and the activity together', () => {
    const state = reduceJobs(
      after(noJobs, job('a')),
      [{ type: 'progress', jobs: [{ id: 'a', progress: half }] }],
      7000,
    )
    expect(state.jobs.get('a')?.progress).toEqual(half)
    expect(state.byImage.get(1)?.progress).toEqual(half)
    expect(state.activity).toEqual({ running: 1, queued: 0, share: 0.5 })
    expect(state.heardAt.get('a')).toBe(7000)
  })

  test('a batch is as far as its images, those that are worked on with what is done of each', () => {
    const most = { ...half, done: 80 }
    const state = reduceJobs(
      after(
        noJobs,
        job('a', { batchId: 'b', progress: most }),
        job('c', { batchId: 'b', imageId: 2, progress: most }),
        job('d', { batchId: 'b', imageId: 3, state: 'queued' }),
      ),
      [{ type: 'batches', batches: [{ ...batch, total: 4, done: 1 }] }],
      5000,
    )
    expect(state.activity).toEqual({ running: 2, queued: 1, share: 2.6 / 4 })
    expect(batchShare({ id: 'b', done: 1, total: 4 }, state.jobs)).toBe(2.6 / 4)
    expect(batchShare({ id: 'b', done: 0, total: 2 }, state.jobs)).toBe(0.8)
    expect(batchShare({ id: 'b', done: 0, total: 0 }, state.jobs)).toBe(0)
  })

  test('progress of an ended or unknown job changes nothing', () => {
    const ended = after(noJobs, job('a', { state: 'succeeded', endedAt: 4000 }))
    const state = reduceJobs(
      ended,
      [
        { type: 'progress', jobs: [{ id: 'a', progress: half }] },
        { type: 'progress', jobs: [{ id: 'unknown', progress: half }] },
      ],
      7000,
    )
    expect(state.jobs).toEqual(ended.jobs)
    expect(state.byImage.size).toBe(0)
  })

  test('an image shows its running job before the ones that wait, then the next', () => {
    const both = after(noJobs, job('first'), job('second', { state: 'queued' }))
    expect(both.byImage.get(1)?.id).toBe('first')
    const next = after(both, job('first', { state: 'succeeded', endedAt: 4000 }))
    expect(next.byImage.get(1)?.id).toBe('second')
    expect(next.endedAt.get(1)).toBe(4000)
  })

  test('a single job stays after its end, a job of a batch goes', () => {
    const state = after(
      noJobs,
      job('single', { state: 'failed', endedAt: 1 }),
      job('member', { state: 'succeeded', endedAt: 1, batchId: 'b' }),
    )
    expect([...state.jobs.keys()]).toEqual(['single'])
  })

  test('the ended jobs of the batch that is looked at are kept', () => {
    const watching: JobsState = { ...noJobs, watched: { batchId: 'b', jobs: new Map() } }
    const state = after(
      watching,
      job('member', { state: 'succeeded', endedAt: 1, batchId: 'b' }),
      job('other', { state: 'succeeded', endedAt: 1, batchId: 'c' }),
    )
    expect([...(state.watched?.jobs.keys() ?? [])]).toEqual(['member'])
  })

  test('at most a hundred ended jobs are kept, the newest', () => {
    const many = Array.from({ length: 130 }, (_, index) =>
      job(`j${index}`, { state: 'succeeded', endedAt: index, imageId: index + 1 }),
    )
    const { jobs } = after(noJobs, ...many)
    expect(jobs.size).toBe(100)
    expect(jobs.has('j29')).toBe(false)
    expect(jobs.has('j30')).toBe(true)
  })

  test('a snapshot replaces what was active and keeps what had ended', () => {
    const before = after(noJobs, job('gone'), job('done', { state: 'succeeded', endedAt: 1 }))
    const state = reduceJobs(
      before,
      [{ type: 'snapshot', jobs: [job('new', { imageId: 2 })], batches: [batch] }],
      9000,
    )
    expect([...state.jobs.keys()].toSorted()).toEqual(['done', 'new'])
    expect([...state.byImage.keys()]).toEqual([2])
    expect(state.batches.get('b')).toEqual(batch)
  })

  test('a batch and a single job weigh the same in the activity', () => {
    const state = reduceJobs(
      after(noJobs, job('a', { progress: half })),
      [{ type: 'batches', batches: [batch] }],
      1,
    )
    expect(state.activity.share).toBeCloseTo(0.3)
  })

  test('the state that was there before is not touched', () => {
    const before = after(noJobs, job('a'))
    after(before, job('a', { state: 'succeeded', endedAt: 1 }))
    expect(before.jobs.get('a')?.state).toBe('running')
  })
})
