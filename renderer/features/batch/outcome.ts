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
  'running',
  'paused',
  'open',
] as const
const ofOthers = [
  'failed',
  'damaged',
  'needs-repair',
  'ok',
  'nothing',
  'skipped',
  'cancelled',
  'running',
  'paused',
  'open',
] as const
export type Outcome = (typeof ofChecks)[number] | (typeof ofOthers)[number]

/** The counters of a batch, in the order they are shown: what wants attention first. */
export const outcomesOf = (kind: JobKind): readonly Outcome[] =>
  kind === 'check' ? ofChecks : ofOthers

/** The others have a counter while there is something to count. */
const sometimes: ReadonlySet<Outcome> = new Set(['running', 'paused'])
const afterRepairs: ReadonlySet<Outcome> = new Set(['damaged', 'needs-repair'])
export const isAlwaysShown = (outcome: Outcome, kind: JobKind): boolean =>
  !sometimes.has(outcome) && (kind === 'check' || !afterRepairs.has(outcome))

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
      return kind === 'check'
        ? healthWords(outcome)
        : { ...healthWords(outcome), word: words.needsFullRepair[outcome] }
    case 'leaks':
      return healthWords(outcome)
    case 'running':
      return { word: kind === 'check' ? words.checking : words.running, tone: 'info', icon: 'play' }
    case 'paused':
      return { word: words.paused, tone: 'neutral', icon: 'pause' }
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
  if (!hasEnded(job)) {
    if (job.state === 'paused' || job.state === 'pausing') return 'paused'
    return job.state === 'queued' ? 'open' : 'running'
  }
  if (job.state === 'cancelled' || job.state === 'interrupted') return 'cancelled'
  if (job.request.kind !== 'check') {
    if (job.state === 'skipped') return 'skipped'
    if (job.state === 'failed') return 'failed'
    // What an undone repair brings back was asked for.
    const isRepair = job.request.kind === 'repair'
    const left = isRepair && job.result?.kind === 'change' ? job.result.stillWrong : undefined
    if (left === 'damaged' || left === 'needs-repair') return left
    return job.isIdle === true ? 'nothing' : 'ok'
  }
  if (job.result?.kind !== 'check') return 'unreadable'
  const { health } = job.result.check
  return health === 'healthy' ? 'ok' : health
}

/** The badge of one result: as exact as the library's own badge. */
export function outcomeBadge(job: Job): OutcomeWords {
  const { kind } = job.request
  if (job.result?.kind === 'check') return healthWords(job.result.check.health)
  const outcome = outcomeWords(outcomeOf(job), kind)
  return job.state === 'interrupted'
    ? { ...outcome, word: batchTexts().outcomes.interrupted }
    : outcome
}
