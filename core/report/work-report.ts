/** What a batch of other work than checks came to, ready to be written down: changes, digests, maps. */
import type { ImageErrorData } from '../errors/image-error.ts'
import type { ToldFact } from './told-change.ts'

/** What the image file took before and afterwards; absent where there was, or is, none. */
export interface FileSizes {
  /** Bytes the host stores. */
  readonly before: number | undefined
  readonly after: number | undefined
}

interface Entry {
  /** The image, as the person knows it. */
  readonly path: string
}

export interface DoneEntry extends Entry {
  readonly kind: 'done'
  /**
   * `nothing`: there was nothing to do. Of a repair that left something: `still-damaged` is what it could not mend without
   * losing data, `needs-full-repair` what it was not for.
   */
  readonly outcome: 'done' | 'nothing' | 'still-damaged' | 'needs-full-repair'
  /** One sentence without a full stop. */
  readonly summary: string
  readonly facts: readonly ToldFact[]
  readonly onDisk: FileSizes
  readonly durationMs: number
}

export interface FailedWorkEntry extends Entry {
  readonly kind: 'failed'
  readonly outcome: 'failed'
  readonly error: ImageErrorData
  readonly durationMs: number
}

export interface NotDoneEntry extends Entry {
  readonly kind: 'not-done'
  readonly outcome: 'skipped' | 'cancelled'
  /** One sentence: why it was left out, or what the image was worth when it was stopped. */
  readonly reason: string
}

export type WorkEntry = DoneEntry | FailedWorkEntry | NotDoneEntry

export interface WorkReport {
  /** The verb of the command line: `compact`, `hash`… */
  readonly work: string
  /** What was worked on, in the person's words. */
  readonly title: string
  /** Unix time in milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  readonly engineVersion: string
  readonly entries: readonly WorkEntry[]
}

/** In the order in which reports list images. */
export const workOutcomes = [
  'failed',
  'still-damaged',
  'needs-full-repair',
  'cancelled',
  'skipped',
  'done',
  'nothing',
] as const
export type WorkOutcome = (typeof workOutcomes)[number]

export type WorkCounts = Readonly<Record<WorkOutcome | 'total', number>>

export function countWork(entries: readonly WorkEntry[]): WorkCounts {
  const counts = {
    total: entries.length,
    failed: 0,
    'still-damaged': 0,
    'needs-full-repair': 0,
    cancelled: 0,
    skipped: 0,
    done: 0,
    nothing: 0,
  }
  for (const { outcome } of entries) counts[outcome]++
  return counts
}

/** Bytes given back by all of it together; negative when more is taken. */
export const bytesGivenBack = (entries: readonly WorkEntry[]): number =>
  entries.reduce((sum, entry) => {
    if (entry.kind !== 'done') return sum
    const { before, after } = entry.onDisk
    return before === undefined || after === undefined ? sum : sum + before - after
  }, 0)
