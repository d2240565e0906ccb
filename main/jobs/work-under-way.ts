import { isChange } from '../../ipc/schemas/change.ts'
import type { Job } from '../../ipc/schemas/job.ts'

/** How many jobs have not ended. */
export interface WorkUnderWay {
  /** At work, or standing still on the way. */
  readonly begun: number
  readonly waiting: number
  /** Of those that have begun, how many change an image. */
  readonly changing: number
}

/** What waits for somebody else to let go of an image goes on waiting at the next start: it is nothing to end. */
export function workUnderWay(all: readonly Job[]): WorkUnderWay {
  const open = all.filter(({ waitsFor }) => waitsFor === undefined)
  const begun = open.filter(({ startedAt }) => startedAt !== undefined)
  return {
    begun: begun.length,
    waiting: open.length - begun.length,
    changing: begun.filter(({ request }) => isChange(request)).length,
  }
}
