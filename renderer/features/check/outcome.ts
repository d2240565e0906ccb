import type { Job } from '../../../ipc/schemas/job.ts'
import type { Tone } from '../../ui/badge.tsx'
import type { IconName } from '../../ui/icon.tsx'
import { hasEnded } from '../../state/job-reducer.ts'
import { healthWords } from '../library/health-words.ts'

/** The counters of a batch, in the order they are shown. */
export const outcomes = ['damaged', 'unreadable', 'leaks', 'ok', 'cancelled', 'open'] as const
export type Outcome = (typeof outcomes)[number]

export const outcomeWords: Readonly<
  Record<Outcome, { readonly word: string; readonly tone: Tone; readonly icon: IconName }>
> = {
  damaged: { word: 'Damaged', tone: 'bad', icon: 'cross-circle' },
  unreadable: { word: 'Unreadable', tone: 'bad', icon: 'dash-circle' },
  leaks: { word: 'Leaks', tone: 'warn', icon: 'drop' },
  ok: { word: 'Healthy', tone: 'good', icon: 'check-circle' },
  cancelled: { word: 'Cancelled', tone: 'neutral', icon: 'stop' },
  open: { word: 'Waiting', tone: 'neutral', icon: 'clock' },
}

/** Which counter of its batch a check belongs to; the services count the same way. */
export function outcomeOf(job: Job): Outcome {
  if (!hasEnded(job)) return 'open'
  if (job.state === 'cancelled' || job.state === 'interrupted') return 'cancelled'
  if (job.result?.kind !== 'check') return 'unreadable'
  const { health } = job.result.check
  return health === 'healthy' ? 'ok' : health === 'leaks' ? 'leaks' : 'damaged'
}

/** The badge of one result: as exact as the library's own badge. */
export function outcomeBadge(job: Job): {
  readonly word: string
  readonly tone: Tone
  readonly icon: IconName
} {
  if (job.result?.kind === 'check') {
    return healthWords[job.result.check.health]
  }
  if (job.state === 'running' || job.state === 'cancelling') {
    return { word: 'Checking', tone: 'info', icon: 'play' }
  }
  if (job.state === 'interrupted') return { ...outcomeWords.cancelled, word: 'Interrupted' }
  return outcomeWords[outcomeOf(job)]
}
