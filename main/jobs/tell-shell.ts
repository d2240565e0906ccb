import type { ShellPorts } from '../shell-ports.ts'
import { newsOf, type JobNewsOptions } from './job-news.ts'
import { OverallProgress } from './overall-progress.ts'
import type { JobQueue } from './queue.ts'
import { WritingJobs } from './writing-jobs.ts'

/** The taskbar need not know more often, in milliseconds. */
const shownProgressInterval = 500

/**
 * Tells the shell what it shows outside the window: how far all work is (at once when it ends, now and then
 * meanwhile), what ended, and whether the machine has to stay awake.
 */
export function tellShell(
  queue: Pick<JobQueue, 'changes'>,
  shell: Pick<ShellPorts, 'showProgress' | 'keepAwake' | 'tellNews'>,
  options: JobNewsOptions,
): Disposable {
  const overall = new OverallProgress()
  const writing = new WritingJobs()
  let shownAt = -Infinity
  let shownState = overall.state
  let isAwake = false
  const stop = queue.changes.listen((change) => {
    overall.follow(change)
    writing.follow(change)
    if (writing.any !== isAwake) {
      isAwake = writing.any
      shell.keepAwake?.(isAwake)
    }
    const news = shell.tellNews && newsOf(change, options)
    if (news !== undefined) shell.tellNews?.(news)
    const { isIdle, state } = overall
    const now = performance.now()
    if (!isIdle && state === shownState && now - shownAt < shownProgressInterval) return
    shownState = state
    shownAt = isIdle ? -Infinity : now
    shell.showProgress(overall.fraction, state)
  })
  return {
    [Symbol.dispose]: () => {
      stop()
      if (isAwake) shell.keepAwake?.(false)
    },
  }
}
