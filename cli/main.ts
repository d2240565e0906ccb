/**
 * The command line's entry. What `--help` and parsing need is loaded here; a verb's code, and with it
 * the engine, loads when the verb runs.
 */
import process from 'node:process'
import { addAbortSignal } from 'node:stream'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import type { Streams } from './host.ts'
import { refuseBytes } from './parse/refuse-bytes.ts'
import { runProgram } from './program.ts'
import { listenForStops } from './stop-signals.ts'
import { ByteOutput } from './terminal/byte-output.ts'
import { OutputClosed, OutputError, TextOutput } from './terminal/text-output.ts'
import { UsageError } from './usage-error.ts'

/** Runs one command line (without the program's own name) and leaves its answer as the exit code. */
export async function main(words: readonly string[]): Promise<void> {
  const { signal, endedBy } = listenForStops()
  const streams: Streams = {
    stdout: new TextOutput(process.stdout, process.env),
    stderr: new TextOutput(process.stderr, process.env),
    // Whoever waits for input that never comes hears of Ctrl-C, too.
    stdin: () => addAbortSignal(signal, process.stdin),
    bytesOut: () => new ByteOutput(process.stdout.fd, signal),
    signal,
    entryUrl: import.meta.url,
  }
  const code = await answer(words, streams)
  process.exitCode = endedBy() ?? code
}

async function answer(words: readonly string[], host: Streams): Promise<ExitCode> {
  try {
    refuseBytes(words)
    const code = await runProgram(words, host)
    await host.stdout.flush()
    await sendErrors(host)
    return code
  } catch (error) {
    if (error instanceof OutputClosed) return exitCodes.outputClosed
    if (error instanceof UsageError) return usage(error, host)
    const { printError } = await import('./output/print-error.ts')
    const output = words.some((word) => /^(--json|--output=json)$/.test(word)) ? 'json' : 'text'
    return printError(error, { output, host })
  }
}

async function usage(error: UsageError, host: Streams): Promise<ExitCode> {
  await host.stderr.line(`platter: ${error.message}`)
  const more =
    error.verb === undefined ? 'help" for all verbs' : `help ${error.verb}" for what it takes`
  await host.stderr.line(`Run "platter ${more}.`)
  await sendErrors(host)
  return exitCodes.usage
}

/** With nobody to read what is on stderr, the exit code still tells. */
async function sendErrors({ stderr }: Streams): Promise<void> {
  try {
    await stderr.flush()
  } catch (error) {
    if (!(error instanceof OutputError)) throw error
  }
}

if (import.meta.main) await main(process.argv.slice(2))
