import type { BatchCounters } from '../../ipc/schemas/job.ts'
import type { JobNews } from '../jobs/job-news.ts'
import { desktopTexts } from './texts/desktop-texts.ts'

export interface NotificationWords {
  readonly title: string
  readonly body: string
}

/** What a notification says: the file or the batch first, because several may lie there unread. */
export function notificationWords(news: JobNews): NotificationWords {
  const words = desktopTexts().notifications
  if (news.kind === 'job') {
    const title = (news.isFailure ? words.failed : words.done)(news.imageName)
    return { title, body: news.summary === '' ? '' : words.sentence(news.summary) }
  }
  const { title, counters, isWeekly, worse } = news
  return {
    title: isWeekly ? words.weekly(title) : title,
    body: [
      words.progress(counters.done, counters.total),
      ...troublesOf(counters),
      ...(worse === undefined ? [] : [worse === 0 ? words.nothingNew : words.worse(worse)]),
    ].join(', '),
  }
}

/** Whether it is told even to somebody who looks at the window. */
export const isFailure = (news: JobNews): boolean =>
  news.kind === 'job' ? news.isFailure : news.counters.failed + news.counters.unreadable > 0

function troublesOf(counters: BatchCounters): readonly string[] {
  const words = desktopTexts().notifications
  const { damaged, unreadable, failed, leaks, skipped } = counters
  return (
    [
      [damaged, words.damaged],
      [unreadable, words.unreadable],
      [failed, words.ofFailed],
      [leaks, words.leaks],
      [skipped, words.skipped],
    ] as const
  ).flatMap(([count, say]) => (count > 0 ? [say(count)] : []))
}
