import { ImageError, type ImageErrorData } from '../../core/index.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Streams } from '../host.ts'
import { printable } from '../terminal/printable.ts'
import { paintFor } from '../terminal/style.ts'
import { OutputError, OutputFailed } from '../terminal/text-output.ts'

/** An error as `--json` shows it, alone on stderr or beside a file name in an array. */
export interface ErrorJson {
  readonly code: string
  readonly reason: string
  readonly kind: string
  readonly title: string
  readonly detail: string
  readonly safety: string
  readonly advice: string
}

export const errorJson = ({ code, reason, kind, explanation }: ImageErrorData): ErrorJson => ({
  code,
  reason,
  kind,
  ...explanation,
})

/**
 * Puts an error on stderr, in the catalogue's words, and answers with its exit code. A cancelled run
 * says nothing: whoever pressed Ctrl-C knows.
 */
export async function printError(
  thrown: unknown,
  { output, host }: { readonly output: 'text' | 'json'; readonly host: Streams },
): Promise<ExitCode> {
  const error =
    thrown instanceof OutputFailed
      ? new ImageError('file-not-written', { path: 'standard output', errno: thrown.message })
      : ImageError.from(thrown)
  const code = exitCodeOf(error)
  if (code !== exitCodes.interrupted) await sayError(error, { output, host })
  return code
}

/** Puts an error on stderr, whichever it is. */
export async function sayError(
  error: ImageError,
  { output, host }: { readonly output: 'text' | 'json'; readonly host: Streams },
): Promise<void> {
  const data = error.toJSON()
  const text = output === 'json' ? JSON.stringify({ error: errorJson(data) }) : inWords(data, host)
  try {
    await host.stderr.line(text)
    await host.stderr.flush()
  } catch (failure) {
    // With nobody to read the sentence, the exit code still tells.
    if (!(failure instanceof OutputError)) throw failure
  }
}

function inWords(data: ImageErrorData, host: Streams): string {
  const { title, detail, safety, advice } = data.explanation
  const paint = paintFor(host.stderr)
  const lines = [
    `${paint('platter:', 'bad')} ${printable(title)} ${paint(`(${data.code})`, 'soft')}`,
    `  ${printable(detail)}`,
    `  ${printable(safety)} ${printable(advice)}`,
  ]
  // Only for what we did not foresee: the catalogue's sentence says nothing specific there.
  if (data.kind === 'internal') {
    lines.push(...data.causes.map((cause) => `  Cause: ${printable(cause)}`))
  }
  return lines.join('\n')
}

/** The verb works on images of other formats. */
const notForThisFormat: ReadonlySet<string> = new Set([
  'amend-not-possible',
  'check-not-possible',
  'dehydrate-not-possible',
  'format-not-supported',
  'snapshots-not-possible',
])

export function exitCodeOf(error: ImageError): ExitCode {
  if (error.kind === 'cancelled') return exitCodes.interrupted
  if (error.kind === 'locked') return exitCodes.inUse
  if (notForThisFormat.has(error.reason)) return exitCodes.notCheckable
  return exitCodes.failed
}
