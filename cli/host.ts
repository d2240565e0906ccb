/** What a verb may use of the process it runs in; handed in, so that a verb never touches globals. */
import type { TextOutput } from './terminal/text-output.ts'

export interface Host {
  readonly stdout: TextOutput
  readonly stderr: TextOutput
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
  /** The file that was started: siblings in dist/ (or the sources) are found from it. */
  readonly entryUrl: string
}
