import { expect, it } from 'vitest'
import { isFailure, notificationWords } from '../../../../main/desktop/notification-words.ts'
import type { JobNews } from '../../../../main/jobs/job-news.ts'

const ofJob = (part: Partial<Extract<JobNews, { kind: 'job' }>> = {}): JobNews => ({
  kind: 'job',
  jobId: '7',
  work: 'compact',
  imageName: 'db.qcow2',
  isFailure: false,
  summary: '1 GiB given back',
  ...part,
})

const counters = {
  id: '3',
  kind: 'check',
  title: '/vm',
  startedAt: 0,
  total: 12,
  done: 12,
  ok: 10,
  leaks: 0,
  damaged: 0,
  unreadable: 0,
  nothing: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
} as const
const ofBatch = (
  part: Partial<Extract<JobNews, { kind: 'batch' }>>,
  counted: Partial<typeof counters | Record<string, number>> = {},
): JobNews => ({
  kind: 'batch',
  batchId: '3',
  work: 'check',
  title: '/vm',
  counters: { ...counters, ...counted },
  isWeekly: false,
  worse: undefined,
  ...part,
})

it.each([
  [ofJob(), 'Done: db.qcow2', '1 GiB given back.'],
  [
    ofJob({ isFailure: true, summary: 'No space is left' }),
    'Failed: db.qcow2',
    'No space is left.',
  ],
  [ofJob({ summary: '' }), 'Done: db.qcow2', ''],
  [ofBatch({}), '/vm', '12 of 12 done'],
  [
    ofBatch({ isWeekly: true, worse: 2 }, { damaged: 2, leaks: 1 }),
    'Weekly check: /vm',
    '12 of 12 done, 2 in need of repair, 1 with leaks, 2 worse than before',
  ],
  [ofBatch({ worse: 0 }), '/vm', '12 of 12 done, nothing new'],
])('a notification of %j says what it is about and how it ended', (news, title, body) => {
  expect(notificationWords(news)).toEqual({ title, body })
})

it('is for everybody only when something failed', () => {
  expect(
    [
      ofJob(),
      ofJob({ isFailure: true }),
      ofBatch({}, { damaged: 1 }),
      ofBatch({}, { failed: 1 }),
    ].map(isFailure),
  ).toEqual([false, true, false, true])
})
