import { BrowserWindow, Notification } from 'electron'
import { iconFile } from '../places.ts'
import type { JobNews } from '../jobs/job-news.ts'
import { isFailure, notificationWords } from './notification-words.ts'

/** How many are kept clickable; older ones are still shown by the system. */
const keptLimit = 20

/** Tells of work that ended: failures always, the rest when no window of ours has the focus. */
export class Notifications {
  readonly #onClick: (news: JobNews) => void
  /** One that nothing refers to is collected, and its click is lost. */
  #kept: Notification[] = []

  constructor(onClick: (news: JobNews) => void) {
    this.#onClick = onClick
  }

  tell(news: JobNews): void {
    if (!Notification.isSupported()) return
    if (BrowserWindow.getFocusedWindow() !== null && !isFailure(news)) return
    const notification = new Notification({ ...notificationWords(news), icon: iconFile })
    const forget = (): void => {
      this.#kept = this.#kept.filter((kept) => kept !== notification)
    }
    notification.once('click', () => {
      forget()
      this.#onClick(news)
    })
    notification.once('close', forget)
    this.#kept = [...this.#kept, notification].slice(-keptLimit)
    notification.show()
  }
}
