import {
  formatBytes,
  type DecodeResult,
  type DecodeTarget,
  type OperationContext,
} from '../../core/index.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import { decodeJsonOf, describeDecode, tellOfDecode } from '../output/describe-decode.ts'
import { exitCodeOf, sayError } from '../output/print-error.ts'
import { recordChange } from '../output/record-change.ts'
import type { CommonOptions, OutputOptions, RecordedOptions } from '../table/shared-options.ts'
import type { ByteOutput } from '../terminal/byte-output.ts'
import { UsageError } from '../usage-error.ts'
import { changeImages } from './change-images.ts'
import { eachImage } from './each-image.ts'

interface DecodeWords extends CommonOptions, OutputOptions, RecordedOptions {
  readonly overwrite: boolean
}

export interface DecodeRun {
  readonly kind: 'decode' | 'stream-decode'
  /** As they were typed; `-` is standard input, standard output. */
  readonly source: string
  readonly target: string
  readonly host: Host
  readonly options: DecodeWords
  readonly work: (target: DecodeTarget, context: OperationContext) => Promise<DecodeResult>
}

/** Makes a raw file and tells of it, or writes the disk to standard output and says nothing else there. */
export async function decodeInto(run: DecodeRun): Promise<ExitCode> {
  const { source, target, host, options } = run
  if (target === '-') return toStandardOutput(run)
  const to = { kind: 'file', path: target, overwrite: options.overwrite } as const
  return changeImages(
    [source],
    { host, options },
    {
      work: (_source, context) => run.work(to, context),
      record: recordChange(run, { kind: run.kind, tell: tellOfDecode, made: target }),
      json: (filename, result) => decodeJsonOf(filename, target, result),
      text: (_source, result, layout) => describeDecode(target, result, layout),
    },
  )
}

async function toStandardOutput({ source, host, options, work }: DecodeRun): Promise<ExitCode> {
  if (options.overwrite) throw new UsageError('--overwrite needs a target that is a file.')
  const out = host.bytesOut()
  if (out.isTerminal) {
    throw new UsageError(
      'The bytes of a disk are not for a terminal: name a file, or pipe them on.',
    )
  }
  const sink = new CountingOutput(out)
  const images = [{ path: source }]
  const to = { kind: 'sink', sink } as const
  for await (const outcome of eachImage(images, { host, options }, (_source, context) =>
    work(to, context),
  )) {
    if (outcome.kind === 'done') continue
    const { error } = outcome
    if (error === undefined) return exitCodes.interrupted
    await sayError(error, { output: options.output, host })
    if (sink.written > 0 && options.output === 'text') {
      // Whoever reads the pipe sees an end like any other.
      await host.stderr.line(`  ${formatBytes(sink.written)} had been written to standard output.`)
    }
    return exitCodeOf(error)
  }
  return exitCodes.fine
}

/** Knows how much of the disk is out when something fails. */
class CountingOutput {
  readonly #out: ByteOutput
  #written = 0

  constructor(out: ByteOutput) {
    this.#out = out
  }

  get written(): number {
    return this.#written
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#out.write(bytes)
    this.#written += bytes.length
  }
}
