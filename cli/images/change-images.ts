import { unreachable, type OperationContext, type PhaseWeights } from '../../core/index.ts'
import { exitCodes, worst, type ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import { sayHowMany } from '../output/batch-summary.ts'
import { JsonArray } from '../output/json-array.ts'
import { errorJson, exitCodeOf, printError, sayError } from '../output/print-error.ts'
import type { RecordedWork } from '../output/work-recorder.ts'
import type { CommonOptions, OutputOptions } from '../table/shared-options.ts'
import { paintFor, type Paint } from '../terminal/style.ts'
import { eachImage, type ImageOutcome } from './each-image.ts'

/** What a verb does to one image, and how it tells of it. */
export interface ImageChange<Value> {
  readonly work: (path: string, context: OperationContext) => Promise<Value>
  /** What the history is told; undefined: nothing. */
  readonly record?: RecordedWork<Value> | undefined
  /** Of work that has several; undefined: it counts as one. */
  readonly phases?: PhaseWeights | undefined
  /** The object of `--json`; `filename` is the name as it was typed. */
  readonly json: (filename: string, value: Value) => object
  readonly text: (path: string, value: Value, layout: TextLayout) => string
  /** Default: fine. */
  readonly codeOf?: (value: Value) => ExitCode
}

export interface TextLayout {
  readonly paint: Paint
  /** Columns of the terminal; undefined when there is none. */
  readonly width: number | undefined
}

/**
 * Runs one change over every file that was named, one after the other, and prints what comes of each as
 * soon as it is there. What changes images does not go looking for more of them: folders are no operands. A
 * file that fails does not stop the others; several end with a line on stderr that counts them.
 */
export async function changeImages<Value>(
  operands: readonly string[],
  { host, options }: { readonly host: Host; readonly options: CommonOptions & OutputOptions },
  change: ImageChange<Value>,
): Promise<ExitCode> {
  const isBatch = operands.length > 1
  const printer = new Printer({ host, options, isBatch }, change)
  const images = operands.map((path) => ({ path }))
  const codes: ExitCode[] = []
  const { record, phases, work } = change
  for await (const outcome of eachImage(images, { host, options, record, phases }, work)) {
    codes.push(await printer.print(outcome))
  }
  await printer.end()
  if (isBatch) await sayHowMany(codes, { host, options })
  return worst(codes)
}

interface PrinterOptions {
  readonly host: Host
  readonly options: OutputOptions
  readonly isBatch: boolean
}

class Printer<Value> {
  readonly #host: Host
  readonly #output: 'text' | 'json'
  readonly #change: ImageChange<Value>
  readonly #array: JsonArray | undefined
  #printed = 0

  constructor({ host, options, isBatch }: PrinterOptions, change: ImageChange<Value>) {
    this.#host = host
    this.#output = options.output
    this.#change = change
    this.#array = options.output === 'json' && isBatch ? new JsonArray(host.stdout) : undefined
  }

  async print(outcome: ImageOutcome<Value>): Promise<ExitCode> {
    const to = { output: this.#output, host: this.#host }
    switch (outcome.kind) {
      case 'cancelled':
        // Whoever stopped it has to know what has become of the image.
        if (outcome.error !== undefined) await sayError(outcome.error, to)
        return exitCodes.interrupted
      case 'failed': {
        const { path: filename, error } = outcome
        if (this.#array === undefined) return printError(error, to)
        await this.#array.add({ filename, error: errorJson(error.toJSON()) })
        return exitCodeOf(error)
      }
      case 'done':
        await this.#printDone(outcome.path, outcome.value)
        return this.#change.codeOf?.(outcome.value) ?? exitCodes.fine
      default:
        return unreachable(outcome)
    }
  }

  async end(): Promise<void> {
    await this.#array?.end()
    await this.#host.stdout.flush()
  }

  async #printDone(path: string, value: Value): Promise<void> {
    const { stdout } = this.#host
    if (this.#array !== undefined) {
      await this.#array.add(this.#change.json(path, value))
    } else if (this.#output === 'json') {
      await stdout.line(JSON.stringify(this.#change.json(path, value), undefined, 4))
    } else {
      if (this.#printed++ > 0) await stdout.line()
      const layout = { paint: paintFor(stdout), width: stdout.width }
      await stdout.line(this.#change.text(path, value, layout))
    }
    // The next image can take minutes.
    await stdout.flush()
  }
}
