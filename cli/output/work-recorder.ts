import {
  ImageError,
  type CheckResult,
  type HashResult,
  type HeaderSummary,
} from '../../core/index.ts'
import type { FinishedWork } from '../../main/headless.ts'
import type { Host } from '../host.ts'
import type { ImageOutcome } from '../images/each-image.ts'
import type { CommonOptions, RecordedOptions } from '../table/shared-options.ts'

export interface RecordedWork<Value> {
  readonly request: FinishedWork['request']
  readonly outcomeOf: (value: Value) => FinishedWork['outcome']
}

/** Leaves a run in the history that the window shows, unless the person said --no-history. */
export class WorkRecorder<Value extends CheckResult | HashResult> {
  readonly #work: RecordedWork<Value>
  readonly #options: RecordedOptions & CommonOptions
  readonly #host: Host
  readonly #headers = new Map<string, HeaderSummary>()

  constructor(work: RecordedWork<Value>, options: RecordedOptions & CommonOptions, host: Host) {
    this.#work = work
    this.#options = options
    this.#host = host
  }

  /**
   * Notes what the file is before the work: an image that changes under a check must not look checked
   * afterwards. A file whose header cannot even be looked at gets no entry.
   */
  async begin(path: string): Promise<void> {
    if (!this.#options.history) return
    const header = await this.#host.engine.summarizeHeader(path).catch((): undefined => undefined)
    if (header !== undefined) this.#headers.set(path, header)
  }

  /**
   * Called when the answer is out: a history that cannot be written costs a line on stderr, never the
   * verb.
   */
  async save(outcomes: readonly ImageOutcome<Value>[]): Promise<void> {
    const works = outcomes
      .map((outcome) => this.#finished(outcome))
      .filter((work) => work !== undefined)
    if (works.length === 0) return
    await this.#host.stdout.flush()
    try {
      const { openRecords } = await import('../../main/headless.ts')
      using records = openRecords()
      records.add(works)
    } catch (error) {
      if (this.#options.quiet) return
      await this.#host.stderr.line(`platter: this run is not in the history: ${causeOf(error)}`)
    }
  }

  #finished(outcome: ImageOutcome<Value>): FinishedWork | undefined {
    const header = this.#headers.get(outcome.path)
    if (header === undefined || outcome.kind === 'cancelled') return undefined
    return {
      header,
      request: this.#work.request,
      outcome:
        outcome.kind === 'done'
          ? this.#work.outcomeOf(outcome.value)
          : { kind: 'failed', error: outcome.error.toJSON() },
      engineVersion: this.#host.engine.version,
      startedAt: outcome.startedAt,
      endedAt: Math.round(outcome.startedAt + outcome.durationMs),
    }
  }
}

function causeOf(error: unknown): string {
  if (error instanceof ImageError) return error.explanation.detail
  return error instanceof Error ? error.message : String(error)
}
