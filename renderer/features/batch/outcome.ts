import { unreachable } from '../../unreachable.ts'
import type { Job, JobKind } from '../../../ipc/schemas/job.ts'
import { hasEnded } from '../../state/job-reducer.ts'
import type { Tone } from '../../ui/badge.tsx'
import type { IconName } from '../../ui/icon.tsx'
import { healthWords } from '../library/health-words.ts'
import { batchTexts } from './batch-texts.ts'

const ofChecks = [
  'damaged',
  'needs-repair',
  'unreadable',
  'leaks',
  'ok',
  'cancelled',
  'open',
] as const
const ofOthers = ['failed', 'ok', 'nothing', 'skipped', 'cancelled', 'open'] as const
export type Outcome = (typeof ofChecks)[number] | (typeof ofOthers)[number]

/** The counters of a batch, in the order they are shown: what wants attention first. */
export const outcomesOf = (kind: JobKind): readonly Outcome[] =>
  kind === 'check' ? ofChecks : ofOthers

/** What a check found is said in the words of the library's badge. */
export interface OutcomeWords {
  readonly word: string
  readonly tone: Tone
  readonly icon: IconName
}

export function outcomeWords(outcome: Outcome, kind: JobKind): OutcomeWords {
  const words = batchTexts().outcomes
  switch (outcome) {
    case 'damaged':
    case 'needs-repair':
    case 'leaks':
      return healthWords(outcome)
    case 'unreadable':
      return healthWords('cannot-read')
    case 'failed':
      return { word: words.failed, tone: 'bad', icon: 'cross-circle' }
    case 'ok':
      return kind === 'check'
        ? healthWords('healthy')
        : { word: words.done, tone: 'good', icon: 'check-circle' }
    case 'nothing':
      return { word: words.nothing, tone: 'neutral', icon: 'check' }
    case 'skipped':
      return { word: words.skipped, tone: 'neutral', icon: 'dash-circle' }
    case 'cancelled':
      return { word: words.cancelled, tone: 'neutral', icon: 'stop' }
    case 'open':
      return { word: words.open, tone: 'neutral', icon: 'clock' }
    default:
      return unreachable(outcome)
  }
}

/** Which counter of its batch a job belongs to; the services count what is damaged and what needs repair as one. */
export function outcomeOf(job: Job): Outcome {
  if (!hasEnded(job)) return 'open'
  if (job.state === 'cancelled' || job.state === 'interrupted') return 'cancelled'
  if (job.request.kind !== 'check') {
    if (job.state === 'skipped') return 'skipped'
    if (job.state === 'failed') return 'failed'
    return job.isIdle === true ? 'nothing' : 'ok'
  }
  if (job.result?.kind !== 'check') return 'unreadable'
  const { health } = job.result.check
  return health === 'healthy' ? 'ok' : health
}

/** The badge of one result: as exact as the library's own badge. */
export function outcomeBadge(job: Job): OutcomeWords {
  const { kind } = job.request
  const words = batchTexts().outcomes
  if (job.result?.kind === 'check') return healthWords(job.result.check.health)
  if (job.state === 'paused' || job.state === 'pausing') {
    return { word: words.paused, tone: 'neutral', icon: 'pause' }
  }
  if (job.state === 'running' || job.state === 'cancelling') {
    const word = kind === 'check' ? words.checking : words.running
    return { word, tone: 'info', icon: 'play' }
  }
  const outcome = outcomeWords(outcomeOf(job), kind)
  return job.state === 'interrupted' ? { ...outcome, word: words.interrupted } : outcome
}
