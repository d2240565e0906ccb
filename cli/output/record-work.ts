import path from 'node:path'
import type { NewRecord } from '../../main/headless.ts'
import type { Host } from '../host.ts'
import type { ImageOutcome } from '../images/each-image.ts'
import type { VerbOptions } from '../verbs.ts'

/** Work of one kind on one or several images, as it goes into the history. */
export interface FinishedWork<Value> {
  readonly request: NewRecord['request']
  readonly outcomes: readonly ImageOutcome<Value>[]
  readonly resultOf: (value: Value) => NewRecord['result']
}

/**
 * Leaves the run in the history that the window shows. The answer is out by now: a history that cannot
 * be written costs a line on stderr, never the verb.
 */
export async function recordWork<Value>(
  work: FinishedWork<Value>,
  options: VerbOptions,
  host: Host,
): Promise<void> {
  const ended = work.outcomes.filter(({ kind }) => kind !== 'cancelled')
  if (!options.history || ended.length === 0) return
  await host.stdout.flush()
  try {
    const { openRecords } = await import('../../main/headless.ts')
    using records = await openRecords()
    records.add(ended.map((outcome) => recordOf(work, outcome)))
  } catch (error) {
    if (options.quiet === true) return
    const cause = error instanceof Error ? error.message : String(error)
    await host.stderr.line(`platter: this run is not in the history: ${cause}`)
  }
}

function recordOf<Value>(work: FinishedWork<Value>, outcome: ImageOutcome<Value>): NewRecord {
  const common = {
    path: path.resolve(outcome.path),
    request: work.request,
    startedAt: outcome.startedAt,
    endedAt: Math.round(outcome.startedAt + outcome.durationMs),
  }
  if (outcome.kind === 'failed') {
    return { ...common, state: 'failed', error: outcome.error.toJSON() }
  }
  return outcome.kind === 'done'
    ? { ...common, state: 'succeeded', result: work.resultOf(outcome.value) }
    : { ...common, state: 'cancelled' }
}
