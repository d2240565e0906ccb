import {
  ImageError,
  formatBytes,
  operationPhases,
  type OperationContext,
} from '../../core/index.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import { changeImages } from '../images/change-images.ts'
import { eachImage } from '../images/each-image.ts'
import { refuseOwnSource } from '../input/refuse-own-source.ts'
import {
  describeEncode,
  encodeJsonOf,
  tellOfEncode,
  type Encoded,
} from '../output/describe-encode.ts'
import { exitCodeOf, sayError } from '../output/print-error.ts'
import { recordChange } from '../output/record-change.ts'
import {
  encodeOptions,
  encodePlaces,
  type EncodePlaces,
  type EncodeWords,
} from '../parse/encode-options.ts'
import type { CommonOptions } from '../table/shared-options.ts'
import type { RunVerb } from '../table/verb.ts'
import { printable } from '../terminal/printable.ts'
import { UsageError } from '../usage-error.ts'

/** `platter encode`: a qcow2 image of a disk, in a file or on standard output. */
export const encode: RunVerb<EncodeWords> = async ({ operands, options: words, host }) => {
  const run: EncodeRun = { places: encodePlaces(operands, words), words, host }
  // What cannot be made is said before any file is looked at.
  encodeOptions(words)
  const { source, target, isChosen } = run.places
  if (target === '-' && !words.dryRun) return toStandardOutput(run)
  if (isChosen && !words.quiet && !words.dryRun) {
    await host.stderr.line(`platter: the new image is ${printable(target)}`)
  }
  return changeImages(
    [source],
    { host, options: words },
    {
      work: (_source, context) => intoFile(run, context),
      record: recordChange(
        { host, options: words },
        { kind: 'encode', parameters: { source }, tell: tellOfEncode, made: target },
      ),
      json: (filename, encoded) => encodeJsonOf(filename, target, encoded),
      text: (_source, encoded, layout) => describeEncode(target, encoded, layout),
    },
  )
}

interface EncodeRun {
  readonly places: EncodePlaces
  readonly words: EncodeWords & CommonOptions
  readonly host: Host
}

async function intoFile(
  { places: { source, target }, words, host }: EncodeRun,
  context: OperationContext,
): Promise<Encoded> {
  const { engine } = host
  const options = { ...context, ...encodeOptions(words) }
  const file = { kind: 'file', path: target, overwrite: words.overwrite } as const
  if (words.dryRun) {
    const to = target === '-' ? undefined : file
    return { kind: 'plan', image: await engine.planEncode(source, { ...options, target: to }) }
  }
  if (source === '-') await refuseOwnSource(source, target)
  const from =
    source === '-'
      ? ({ kind: 'input', input: host.stdin() } as const)
      : ({ kind: 'file', path: source } as const)
  return { kind: 'result', image: await engine.encodeImage(from, file, options) }
}

async function toStandardOutput({ places: { source }, words, host }: EncodeRun): Promise<ExitCode> {
  const out = host.bytesOut()
  if (out.isTerminal) {
    throw new UsageError(
      'The bytes of an image are not for a terminal: name a file, or use a pipe.',
    )
  }
  let written = 0
  const sink = {
    async write(bytes: Uint8Array): Promise<void> {
      try {
        await out.write(bytes)
      } catch (error) {
        // A write that Ctrl-C ended is a cancel, not a failure of the output.
        throw host.signal.aborted ? new ImageError('cancelled', {}, { cause: error }) : error
      }
      written += bytes.length
    },
  }
  const work = (path: string, context: OperationContext) =>
    host.engine.encodeImage(
      { kind: 'file', path },
      { kind: 'sink', sink },
      { ...context, ...encodeOptions(words) },
    )
  const run = { host, options: words, phases: operationPhases.encode }
  for await (const outcome of eachImage([{ path: source }], run, work)) {
    if (outcome.kind === 'done') continue
    const { error } = outcome
    if (error === undefined) return exitCodes.interrupted
    await sayError(error, { output: 'text', host })
    if (written > 0) {
      // Whoever reads the pipe sees an end like any other.
      await host.stderr.line(`  ${formatBytes(written)} had been written to standard output.`)
    }
    return exitCodeOf(error)
  }
  return exitCodes.fine
}
