import path from 'node:path'
import type { CheckResult, HashResult } from '../../core/index.ts'
import type { NewRecord } from '../../main/headless.ts'
import type { Host } from '../host.ts'
import type { ImageOutcome } from '../images/each-image.ts'
import type { VerbOptions } from '../verbs.ts'

/** A finished piece of work as it goes into the history. */
export type FinishedWork = ImageOutcome<CheckResult | HashResult> &
  Pick<NewRecord, 'request' | 'result'>

/**
 * Leaves the run in the history that the window shows. The answer is out by now: a history that cannot
 * be written costs a line on stderr, never the verb.
 */
export async function recordWork(
  works: readonly FinishedWork[],
  options: VerbOptions,
  host: Host,
): Promise<void> {
  // What was cancelled before it began is no work; the rest of a cancelled batch would fill the list.
  const begun = works.filter((work) => work.kind !== 'cancelled' || work.durationMs > 1)
  if (!options.history || begun.length === 0) return
  await host.stdout.flush()
  try {
    const { openRecords } = await import('../../main/headless.ts')
    using records = await openRecords()
    records.add(begun.map(recordOf))
  } catch (error) {
    if (options.quiet === true) return
    const cause = error instanceof Error ? error.message : String(error)
    await host.stderr.line(`platter: this run is not in the history: ${cause}`)
  }
}

const states = { done: 'succeeded', failed: 'failed', cancelled: 'cancelled' } as const

function recordOf(work: FinishedWork): NewRecord {
  return {
    path: path.resolve(work.path),
    request: work.request,
    startedAt: work.startedAt,
    endedAt: Math.round(work.startedAt + work.durationMs),
    state: states[work.kind],
    ...(work.result === undefined ? {} : { result: work.result }),
    ...(work.kind === 'failed' ? { error: work.error.toJSON() } : {}),
  }
}
