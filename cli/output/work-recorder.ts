import { ImageError, type HeaderSummary } from '../../core/index.ts'
import type { FinishedWork } from '../../main/headless.ts'
import type { Host } from '../host.ts'
import type { ImageOutcome } from '../images/each-image.ts'

/** What the history is told of each image of a run. */
export interface RecordedWork<Value> {
  readonly request: FinishedWork['request']
  readonly outcomeOf: (value: Value) => FinishedWork['outcome']
  /** It changes the image or makes a file, so the file is looked at afterwards, too. */
  readonly changes?: boolean | undefined
  /** The file that the work makes: the entry is about that one, and not about the operand. */
  readonly made?: string | undefined
}

/** The files of one piece of work before it. */
interface Beginning {
  readonly made: HeaderSummary | undefined
  readonly operand: HeaderSummary | undefined
}

const nothing: Beginning = { made: undefined, operand: undefined }

/** A file before and after. */
interface Looks {
  readonly before: HeaderSummary | undefined
  readonly after: HeaderSummary | undefined
}

/**
 * Leaves a run in the history that the window shows (docs/decisions/0009). A file whose header cannot be
 * looked at gets no entry.
 */
export class WorkRecorder<Value> {
  readonly #work: RecordedWork<Value>
  readonly #host: Host
  readonly #finished: FinishedWork[] = []
  #before = nothing

  constructor(work: RecordedWork<Value>, host: Host) {
    this.#work = work
    this.#host = host
  }

  /**
   * Notes what the file is before the work: an image that changes under a check must not look checked
   * afterwards.
   */
  async begin(path: string): Promise<void> {
    const { made } = this.#work
    this.#before = {
      made: made === undefined ? undefined : await this.#look(made),
      operand: await this.#look(path),
    }
  }

  /** Notes how it ended. Work that only reads and was stopped leaves nothing. */
  async end(outcome: ImageOutcome<Value>): Promise<void> {
    const { request, changes = false } = this.#work
    // A file that could not even be looked for has no beginning of its own.
    const begun = this.#before
    this.#before = nothing
    if (outcome.kind === 'cancelled' && (!changes || outcome.error === undefined)) return
    const { before, after } = await this.#looksAfter(outcome.path, begun)
    const header = before ?? after
    if (header === undefined) return
    this.#finished.push({
      header,
      after,
      isNew: before === undefined,
      request,
      outcome: this.#outcomeOf(outcome),
      engineVersion: this.#host.engine.version,
      startedAt: outcome.startedAt,
      endedAt: Math.round(outcome.startedAt + outcome.durationMs),
    })
  }

  /**
   * Called when the answer is out: a history that cannot be written costs a line on stderr, never the
   * verb.
   */
  async save({ quiet }: { readonly quiet: boolean }): Promise<void> {
    if (this.#finished.length === 0) return
    try {
      const { openRecords } = await import('../../main/headless.ts')
      using records = openRecords()
      records.add(this.#finished)
    } catch (error) {
      if (quiet) return
      this.#host.stderr.draw(`platter: this run is not in the history: ${causeOf(error)}\n`)
    }
  }

  /** The file that was made; where there is none, the one that it was to be made from. */
  async #looksAfter(path: string, begun: Beginning): Promise<Looks> {
    const { made, changes = false } = this.#work
    if (made !== undefined) {
      const looks = { before: begun.made, after: await this.#look(made) }
      if (looks.after !== undefined) return looks
    }
    return {
      before: begun.operand,
      after: changes && made === undefined ? await this.#look(path) : undefined,
    }
  }

  #outcomeOf(outcome: ImageOutcome<Value>): FinishedWork['outcome'] {
    if (outcome.kind === 'done') return this.#work.outcomeOf(outcome.value)
    const error = outcome.error ?? new ImageError('cancelled', { path: outcome.path })
    return { kind: outcome.kind, error: error.toJSON() }
  }

  async #look(path: string): Promise<HeaderSummary | undefined> {
    if (path === '-') return undefined
    try {
      return await this.#host.engine.summarizeHeader(path)
    } catch {
      return undefined
    }
  }
}

function causeOf(error: unknown): string {
  if (error instanceof ImageError) return error.explanation.detail
  return error instanceof Error ? error.message : String(error)
}
