import path from 'node:path'
import {
  ProgressMeter,
  throttled,
  type MeasuredProgress,
  type PhaseWeights,
  type Progress,
  type ProgressSink,
} from '../../core/index.ts'
import { printable } from './printable.ts'
import { ProgressLines } from './progress-lines.ts'
import { progressBar, progressLine, type ProgressShown } from './progress-words.ts'
import { RunProgress } from './run-progress.ts'
import type { TextOutput } from './text-output.ts'

export interface ProgressOptions {
  readonly quiet?: boolean | undefined
  /** Lines now and then where nothing can be redrawn. */
  readonly progress?: boolean | undefined
  /** A file descriptor that takes one JSON object a line. */
  readonly progressFd?: number | undefined
  /** Other lines come on stderr all the time: a bar between them would be none. */
  readonly trace?: boolean | undefined
  readonly debug?: boolean | undefined
}

/** One JSON line of `--progress-fd`. */
export interface ProgressReport extends MeasuredProgress {
  /** Percent of the whole run, rounded down; 100 only when all was done. */
  readonly progress: number
  /** As it was typed. */
  readonly filename: string
}

/** Where a verb speaks; the bar is drawn on stderr. */
export interface ProgressOutputs {
  readonly stdout: TextOutput
  readonly stderr: TextOutput
}

export interface ProgressRun {
  readonly fileCount: number
  readonly phases?: PhaseWeights | undefined
  /** Hears of every report, whether it is shown or not. */
  readonly onReport?: ((report: ProgressReport) => void) | undefined
}

/** Time between two lines where nothing can be redrawn, in milliseconds. */
const lineInterval = 5_000
/** How often a bar is looked at when nothing is reported. */
const stallLook = 1_000

/**
 * Shows how far a run over one or several images is: a line that redraws itself on a terminal's stderr, or
 * lines now and then when they were asked for; and JSON lines for programs on a descriptor of their own.
 */
export class ProgressReporter implements Disposable {
  readonly #output: TextOutput
  /** What else goes to the terminal. */
  readonly #texts: readonly TextOutput[]
  readonly #form: 'bar' | 'lines' | 'nothing'
  readonly #jsonLines: ProgressLines | undefined
  readonly #run: ProgressRun
  readonly #whole: RunProgress
  readonly #sink: ProgressSink
  #meter = new ProgressMeter()
  #path = ''
  #progress: MeasuredProgress | undefined
  #reportedAt = performance.now()
  #lineAt = -Infinity
  #isWorking = false
  #isDrawn = false
  #timer: NodeJS.Timeout | undefined

  /** Throws UsageError when the descriptor cannot be used. */
  constructor({ stdout, stderr }: ProgressOutputs, options: ProgressOptions, run: ProgressRun) {
    this.#output = stderr
    this.#form = formOf(stderr, options)
    this.#texts = this.#form === 'bar' ? [stdout, stderr].filter((each) => each.isTerminal) : []
    for (const text of this.#texts) text.beforeText(() => this.#clear())
    this.#jsonLines =
      options.progressFd === undefined ? undefined : new ProgressLines(options.progressFd)
    this.#run = run
    this.#whole = new RunProgress(run.fileCount, run.phases)
    this.#sink = throttled((progress) => this.#report(progress))
  }

  /** The sink for the next image; what it reports is this image's part of the whole. */
  startFile(file: string): ProgressSink {
    this.#path = file
    this.#isWorking = true
    this.#meter = new ProgressMeter()
    this.#progress = undefined
    this.#reportedAt = performance.now()
    if (this.#form === 'bar' && this.#timer === undefined) {
      this.#timer = setInterval(() => this.#draw(), stallLook)
      // Looking at the clock is no reason to go on.
      this.#timer.unref()
    }
    return this.#sink
  }

  /** Whatever is printed next finds an empty line. */
  endFile(outcome: 'done' | 'failed' | 'cancelled'): void {
    this.#whole.endFile(outcome)
    const { ended } = this.#whole
    if (outcome !== 'cancelled') {
      this.#tell({ phase: 'files', done: ended, total: this.#run.fileCount, unit: 'files' })
    }
    this.#isWorking = false
    this.#clear()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#clear()
    for (const text of this.#texts) text.beforeText(undefined)
  }

  #report(progress: Progress): void {
    this.#whole.report(progress)
    this.#progress = this.#meter.measure(progress)
    this.#reportedAt = performance.now()
    this.#tell(this.#progress)
    if (this.#form === 'bar') this.#draw()
    if (this.#form === 'lines') this.#line()
  }

  #tell(progress: MeasuredProgress): void {
    const report: ProgressReport = {
      progress: Math.floor(this.#whole.whole * 100),
      filename: this.#path,
      ...progress,
    }
    this.#jsonLines?.send(report)
    this.#run.onReport?.(report)
  }

  #draw(): void {
    const { width } = this.#output
    // A line that is not whole yet would be wiped out.
    const isFree = this.#texts.every((text) => text.endsLine)
    if (width === undefined || !this.#isWorking || !isFree) return
    this.#isDrawn = true
    // The last column stays free: some terminals wrap as soon as it is written.
    const text = progressBar(this.#shown(), width - 1, this.#output.usesUnicode)
    this.#output.draw(`\r\u001b[K${text}`)
  }

  #line(): void {
    const now = performance.now()
    if (now - this.#lineAt < lineInterval) return
    this.#lineAt = now
    this.#output.draw(`platter: ${progressLine(this.#shown())}\n`)
  }

  #clear(): void {
    if (this.#isDrawn) this.#output.draw('\r\u001b[K')
    this.#isDrawn = false
  }

  #shown(): ProgressShown {
    const { fileCount } = this.#run
    return {
      whole: this.#whole.whole,
      fileName: this.#path === '-' ? 'standard input' : printable(path.basename(this.#path)),
      files: fileCount > 1 ? `${this.#whole.ended + 1}/${fileCount}` : '',
      progress: this.#progress,
      silentMs: performance.now() - this.#reportedAt,
    }
  }
}

function formOf(
  { isTerminal }: TextOutput,
  { quiet = false, progress = false, trace = false, debug = false }: ProgressOptions,
): 'bar' | 'lines' | 'nothing' {
  if (isTerminal && !trace && !debug && (!quiet || progress)) return 'bar'
  return progress ? 'lines' : 'nothing'
}
