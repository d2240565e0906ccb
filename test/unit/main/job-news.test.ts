import { describe, expect, test } from 'vitest'
import type { BatchCounters, Job } from '../../../ipc/schemas/job.ts'
import { newsOf } from '../../../main/jobs/job-news.ts'
import type { JobChange } from '../../../main/jobs/job-records.ts'
import { Topic } from '../../../main/topic.ts'
import { tellShell } from '../../../main/jobs/tell-shell.ts'
import { workUnderWay } from '../../../main/jobs/work-under-way.ts'

const compact = { kind: 'compact', parameters: { mode: 'auto' } } as const
const check = { kind: 'check', depth: 'metadata' } as const

const job = (part: Partial<Job> = {}): Job => ({
  id: '7',
  request: compact,
  imageId: 1,
  imageName: 'db.qcow2',
  imagePath: '/vm/db.qcow2',
  state: 'succeeded',
  actor: 'desktop',
  queuedAt: 0,
  startedAt: 1_000,
  endedAt: 12_000,
  summary: '1 GiB given back',
  engineVersion: '1',
  ...part,
})
const counters = (part: Partial<BatchCounters> = {}): BatchCounters => ({
  id: '3',
  kind: 'check',
  title: '/vm',
  startedAt: 0,
  endedAt: 20_000,
  total: 2,
  done: 2,
  ok: 2,
  leaks: 0,
  damaged: 0,
  unreadable: 0,
  nothing: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
  ...part,
})
const ofJob = (part: Partial<Job>): JobChange => ({ type: 'job', job: job(part) })
const ofBatch = (part: Partial<BatchCounters>): JobChange => ({
  type: 'batch',
  counters: counters(part),
})
const never = { isWeekly: () => false, worseThanBefore: () => undefined }

describe('news', () => {
  test.each<readonly [what: string, change: JobChange, isNews: boolean]>([
    ['a long job that is done', ofJob({}), true],
    ['a short one', ofJob({ endedAt: 3_000 }), false],
    ['a short one that failed', ofJob({ state: 'failed', endedAt: 3_000 }), true],
    ['one that failed before it began', ofJob({ state: 'failed', startedAt: undefined }), true],
    ['one that a person cancelled', ofJob({ state: 'cancelled' }), false],
    ['one that was interrupted', ofJob({ state: 'interrupted' }), false],
    ['one that goes on', ofJob({ state: 'running', endedAt: undefined }), false],
    ['one of a batch', ofJob({ batchId: '3', state: 'failed' }), false],
    ['a long batch', ofBatch({}), true],
    ['a short batch', ofBatch({ endedAt: 2_000 }), false],
    ['a short batch with damage', ofBatch({ endedAt: 2_000, ok: 1, damaged: 1 }), true],
    ['a short batch with a failure', ofBatch({ endedAt: 2_000, ok: 1, failed: 1 }), true],
    ['a batch that a person cancelled', ofBatch({ ok: 1, cancelled: 1 }), false],
    ['a batch that goes on', ofBatch({ endedAt: undefined, done: 1 }), false],
    [
      'progress',
      { type: 'progress', id: '7', progress: { phase: 'data', done: 1, total: 2, unit: 'bytes' } },
      false,
    ],
  ])('%s', (_what, change, isNews) => {
    expect(newsOf(change, never) !== undefined).toBe(isNews)
  })

  test('of the weekly check come however short it was, with what got worse', () => {
    const weekly = { isWeekly: (id: string) => id === '3', worseThanBefore: () => 3 }
    expect(newsOf(ofBatch({ endedAt: 100 }), weekly)).toMatchObject({
      kind: 'batch',
      batchId: '3',
      isWeekly: true,
      worse: 3,
    })
  })
})

test('a shell hears of progress, of news, and of when the machine must stay awake', () => {
  const changes = new Topic<JobChange>()
  const heard: string[] = []
  const telling = tellShell(
    { changes },
    {
      showProgress: (fraction) => void heard.push(`progress ${fraction ?? 'none'}`),
      tellNews: (news) => void heard.push(`news of a ${news.kind}`),
      keepAwake: (isNeeded) => void heard.push(isNeeded ? 'awake' : 'may sleep'),
    },
    never,
  )
  const tell = (state: Job['state'], part: Partial<Job> = {}): void =>
    changes.tell(ofJob({ endedAt: undefined, state, ...part }))
  tell('running', { id: '1', request: check })
  tell('running', { id: '2' })
  tell('paused', { id: '2' })
  tell('running', { id: '2' })
  tell('succeeded', { id: '1', request: check, endedAt: 2_000 })
  tell('succeeded', { id: '2', endedAt: 50_000 })
  expect(heard).toEqual([
    'progress 0',
    'awake',
    'may sleep',
    'awake',
    'may sleep',
    'news of a job',
    'progress none',
  ])
  tell('running', { id: '4' })
  telling[Symbol.dispose]()
  tell('running', { id: '5' })
  expect(heard.slice(7)).toEqual(['awake', 'progress 0', 'may sleep'])
})

test('what is under way counts what has begun, what waits and what changes an image', () => {
  const open = [
    job({ state: 'running' }),
    job({ state: 'paused', request: check }),
    job({ state: 'paused', startedAt: undefined }),
    job({ state: 'queued', startedAt: undefined }),
  ]
  expect(workUnderWay(open)).toEqual({ begun: 2, waiting: 2, changing: 1 })
})
