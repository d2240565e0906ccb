import { describe, expect, it } from 'vitest'
import type { Job } from '../../../ipc/schemas/job.ts'
import { endedChanges } from '../../../renderer/features/undo/tell-of-changes.ts'
import { noJobs, type JobsState } from '../../../renderer/state/job-reducer.ts'

const job = (given: Partial<Job> = {}): Job => ({
  id: '1',
  request: { kind: 'resize', parameters: {} },
  imageId: 1,
  imageName: 'disk.qcow2',
  imagePath: '/vm/disk.qcow2',
  state: 'running',
  actor: 'desktop',
  queuedAt: 0,
  engineVersion: '0.1.0',
  ...given,
})

const having = (...jobs: readonly Job[]): JobsState => ({
  ...noJobs,
  jobs: new Map(jobs.map((each) => [each.id, each])),
})

describe('what is told of changes that end', () => {
  it('is told once, when it ends', () => {
    const ended = job({ state: 'succeeded' })
    expect(endedChanges(having(ended), having(job()))).toEqual([ended])
    expect(endedChanges(having(ended), having(ended))).toEqual([])
    expect(endedChanges(having(job()), having(job()))).toEqual([])
  })

  it('is told of what was over before anybody saw it at work', () => {
    const ended = job({ state: 'failed' })
    expect(endedChanges(having(ended), noJobs)).toEqual([ended])
    // What another run left is no news.
    expect(endedChanges(having(job({ state: 'interrupted' })), noJobs)).toEqual([])
  })

  it.each([
    ['of what only looked', { request: { kind: 'check', depth: 'metadata' } }],
    ['of a batch, which has a page', { batchId: 'b' }],
    ['of the command line', { actor: 'cli' }],
  ] as const)('is nothing %s', (_what, given) => {
    const before = having(job(given))
    expect(endedChanges(having(job({ ...given, state: 'succeeded' })), before)).toEqual([])
  })
})
