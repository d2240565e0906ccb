/** What a verb may use of the process it runs in; handed in, so that a verb never touches globals. */
import type { Engine } from '../core/index.ts'
import type { AskedOptions } from './table/asked-options.ts'
import type { ByteOutput } from './terminal/byte-output.ts'
import type { ProgressReport } from './terminal/progress-reporter.ts'
import type { TextOutput } from './terminal/text-output.ts'
import type { DebugLog } from './watch/debug-log.ts'

/** All of it that is there before the engine is loaded. */
export interface Streams {
  readonly stdout: TextOutput
  readonly stderr: TextOutput
  /** Standard input as it comes; `Buffer`s of at most 64 KiB. */
  stdin(): AsyncIterable<Uint8Array>
  /** Standard output for bytes. What was said on `stdout` before must have been flushed. */
  bytesOut(): ByteOutput
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
  /** The file that was started: siblings in dist/ (or the sources) are found from it. */
  readonly entryUrl: string
}

export interface Host extends Streams {
  readonly engine: Engine
  /** What `--debug` prints; says nothing without it. */
  readonly log: DebugLog
  /** Hears how far the run is. */
  readonly onProgress: ((report: ProgressReport) => void) | undefined
  /** The options that were given, for the history. */
  readonly asked: AskedOptions
  /**
   * Runs `task` when the verb has answered and its output is out, or nobody takes that any more. It must not
   * throw.
   */
  afterAnswer(task: () => Promise<void>): void
}
