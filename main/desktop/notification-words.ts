import type { BatchCounters } from '../../ipc/schemas/job.ts'
import type { JobNews } from '../jobs/job-news.ts'

export interface NotificationWords {
  readonly title: string
  readonly body: string
}

/** What a notification says: the file or the batch first, because several may lie there unread. */
export function notificationWords(news: JobNews): NotificationWords {
  if (news.kind === 'job') {
    const title = news.isFailure ? `Failed: ${news.imageName}` : `Done: ${news.imageName}`
    return { title, body: news.summary === '' ? '' : `${news.summary}.` }
  }
  const { title, counters, isWeekly, worse } = news
  return {
    title: isWeekly ? `Weekly check: ${title}` : title,
    body: [
      `${counters.done} of ${counters.total} done`,
      ...troubles(counters).map(([count, word]) => `${count} ${word}`),
      ...(worse === undefined ? [] : [worse === 0 ? 'nothing new' : `${worse} worse than before`]),
    ].join(', '),
  }
}

/** Whether it is told even to somebody who looks at the window. */
export const isFailure = (news: JobNews): boolean =>
  news.kind === 'job' ? news.isFailure : news.counters.failed + news.counters.unreadable > 0

const troubles = ({
  damaged,
  leaks,
  unreadable,
  failed,
  skipped,
}: BatchCounters): readonly (readonly [number, string])[] =>
  (
    [
      [damaged, 'damaged'],
      [unreadable, 'unreadable'],
      [failed, 'failed'],
      [leaks, 'with leaks'],
      [skipped, 'left out'],
    ] as const
  ).filter(([count]) => count > 0)
