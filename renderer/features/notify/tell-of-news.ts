import { formatCount } from '../../format/counts.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { useJobs } from '../../state/jobs.ts'
import { showPage } from '../../state/page.ts'
import { windowImage } from '../../state/window-image.ts'
import { texts } from '../../texts/texts.ts'
import { showJob } from '../activity/show-job.ts'
import { notificationPermission } from './browser-notifications.ts'
import { newsBetween, type News } from './news.ts'

/**
 * Tells of what ended while the page was out of sight, through the browser: where the shell does not tell by itself
 * and the person has allowed it. Returns how to stop.
 */
export function tellOfNews(): () => void {
  return useJobs.subscribe((now, before) => {
    // The library's tab tells of everything.
    if (windowImage() !== undefined) return
    if (!document.hidden || notificationPermission() !== 'granted') return
    if (useAppInfo.getState().info?.capabilities.notifications !== false) return
    for (const news of newsBetween(now, before)) tell(news)
  })
}

function tell(news: News): void {
  const { title, body, tag } = wordsOf(news)
  const notification = new Notification(title, { body, tag })
  notification.addEventListener('click', () => {
    window.focus()
    notification.close()
    if (news.kind === 'batch') showPage({ kind: 'batch', batchId: news.batch.id })
    else showJob(news.job.id)
  })
}

function wordsOf(news: News) {
  const words = texts().news
  if (news.kind === 'batch') {
    const { id, title, done, total } = news.batch
    return { title, body: words.batch(formatCount(done), formatCount(total)), tag: `batch-${id}` }
  }
  const { id, state, imageName, summary = '' } = news.job
  const title = (state === 'failed' ? words.failed : words.done)(imageName)
  return { title, body: summary, tag: `job-${id}` }
}
