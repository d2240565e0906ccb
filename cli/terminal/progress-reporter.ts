import { fstatSync, writeSync } from 'node:fs'
import { throttled, type Progress, type ProgressSink } from '../../core/index.ts'
import { UsageError } from '../usage-error.ts'
import { printable } from './printable.ts'
import { withoutEnd } from './text-width.ts'
import type { TextOutput } from './text-output.ts'

export interface ProgressOptions {
  readonly quiet?: boolean | undefined
  /** A file descriptor that takes one JSON object a line. */
  readonly progressFd?: number | undefined
}

/**
 * Shows how far a run over one or several images is: a line that redraws itself on a terminal's
 * stderr, and JSON lines for programs on a descriptor of their own.
 */
export class ProgressReporter implements Disposable {
  readonly #terminal: TextOutput | undefined
  readonly #fd: number | undefined
  readonly #total: number
  #finished = 0
  #path = ''
  #drawn = false
  readonly #sink: ProgressSink

  /** Throws UsageError when the descriptor is not open. */
  constructor(terminal: TextOutput, options: ProgressOptions & { readonly fileCount: number }) {
    this.#terminal = terminal.isTerminal && options.quiet !== true ? terminal : undefined
    this.#fd = options.progressFd
    this.#total = options.fileCount
    this.#sink = throttled((progress) => this.#show(progress))
    if (this.#fd !== undefined) requireOpen(this.#fd)
  }

  /** The sink for the next image; what it reports is this image's part of the whole. */
  startFile(path: string): ProgressSink {
    this.#path = path
    return this.#sink
  }

  finishFile(): void {
    this.#finished++
    this.#show({ phase: 'files', done: this.#finished, total: this.#total, unit: 'files' })
  }

  [Symbol.dispose](): void {
    if (this.#drawn) this.#terminal?.draw('\r\u001b[K')
    this.#drawn = false
  }

  #show(progress: Progress): void {
    const part = progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0
    const whole =
      progress.unit === 'files' ? part : (this.#finished + part) / Math.max(1, this.#total)
    if (this.#fd !== undefined) this.#send(this.#fd, progress, Math.floor(whole * 100))
    this.#draw(progress.phase, whole)
  }

  #send(fd: number, progress: Progress, percent: number): void {
    try {
      writeSync(fd, `${JSON.stringify({ progress: percent, filename: this.#path, ...progress })}\n`)
    } catch {
      // A reader that is slow (EAGAIN) or gone (EPIPE) misses progress; the work is what counts.
    }
  }

  #draw(phase: string, whole: number): void {
    const width = this.#terminal?.width
    if (this.#terminal === undefined || width === undefined) return
    const name = printable(this.#path.split(/[\\/]/).at(-1) ?? '')
    const files = this.#total > 1 ? `${this.#finished}/${this.#total} ` : ''
    const percent = `${String(Math.floor(whole * 100)).padStart(3)} %`
    const barWidth = 24
    const full = Math.round(whole * barWidth)
    const bar = `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`
    const text = `${bar} ${percent}  ${files}${name}${phase === 'files' ? '' : `  ${phase}`}`
    this.#drawn = true
    this.#terminal.draw(`\r\u001b[K${withoutEnd(text, width - 1)}`)
  }
}

function requireOpen(fd: number): void {
  try {
    fstatSync(fd)
  } catch {
    throw new UsageError(`--progress-fd ${fd}: that file descriptor is not open.`)
  }
}
