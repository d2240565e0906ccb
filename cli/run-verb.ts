import type { ExitCode } from './exit-codes.ts'
import type { Host, Streams } from './host.ts'
import { askedOptions } from './table/asked-options.ts'
import type { Verb } from './table/verb.ts'
import { OutputError } from './terminal/text-output.ts'

export interface VerbRun {
  readonly operands: readonly string[]
  /** Every property of the verb's options, parsed. */
  readonly options: Readonly<Record<string, unknown>>
  readonly streams: Streams
}

/** Loads a verb and runs it with everything that surrounds it. */
export async function runVerb(
  verb: Verb,
  { operands, options, streams }: VerbRun,
): Promise<ExitCode> {
  const run = await verb.load()
  const { createEngine } = await import('../core/index.ts')
  const tasks: (() => Promise<void>)[] = []
  const host: Host = {
    ...streams,
    engine: createEngine(),
    onProgress: undefined,
    asked: askedOptions(verb.options, options),
    afterAnswer: (task) => void tasks.push(task),
  }
  try {
    return await run({ operands, options, host })
  } finally {
    if (tasks.length > 0) await settled(streams)
    for (const task of tasks) await task()
  }
}

/** The answer is out, or will never be: then whoever flushes next hears of it. */
async function settled({ stdout }: Streams): Promise<void> {
  try {
    await stdout.flush()
  } catch (error) {
    if (!(error instanceof OutputError)) throw error
  }
}
