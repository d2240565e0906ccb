import { ImageError, type OperationContext } from '../../core/index.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import { eachImage } from '../images/each-image.ts'
import { HexDump } from '../output/hex-dump.ts'
import { printError, sayError } from '../output/print-error.ts'
import { lengthOf, offsetOf } from '../parse/disk-range.ts'
import type { readingBytes } from '../table/content-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'
import { printable } from '../terminal/printable.ts'
import { UsageError } from '../usage-error.ts'

type ReadWords = OptionValues<typeof readingBytes>

/** Bytes of a sector: what is read when nobody says how much. */
const SECTOR = 512

/** `platter read`: a range of the disk, as bytes, as a dump or into a file. */
export const read: RunVerb<ReadWords> = async ({ operands: [file = ''], options, host }) => {
  mustFit(file, options)
  const range = { at: offsetOf(options), length: lengthOf(options) ?? SECTOR }
  const out = isFile(options) ? undefined : host.bytesOut()
  if (out?.isTerminal === true && !options.hex) {
    throw new UsageError('The bytes of a disk are not for a terminal: add --hex, or --to FILE.')
  }
  const work = (path: string, context: OperationContext): Promise<{ readonly live: boolean }> =>
    readRange(path, { host, options, range }, context)
  for await (const outcome of eachImage([{ path: file }], { host, options }, work)) {
    if (outcome.kind === 'failed') return printError(outcome.error, { output: 'text', host })
    if (outcome.kind === 'cancelled') {
      // Whoever reads a pipe has to know that it was cut short.
      if (outcome.error !== undefined) await sayError(outcome.error, { output: 'text', host })
      if (isFile(options)) await host.stderr.line('platter: no file was made.')
      return exitCodes.interrupted
    }
    if (outcome.value.live && !options.quiet) {
      await host.stderr.line(
        `platter: ${printable(file)} is in use; the bytes may be of different moments.`,
      )
    }
  }
  return exitCodes.fine
}

interface ReadRun {
  readonly host: Host
  readonly options: ReadWords
  readonly range: { readonly at: number; readonly length: number }
}

async function readRange(
  path: string,
  { host, options, range }: ReadRun,
  context: OperationContext,
): Promise<{ readonly live: boolean }> {
  const { engine, stdout, signal } = host
  const { format, links, to, overwrite, hex } = options
  const how = { ...context, ...range, format, links }
  if (to !== undefined && to !== '-') {
    return engine.readContent(path, { kind: 'file', path: to, overwrite }, how)
  }
  if (hex) {
    const dump = new HexDump(range.at, (line) => stdout.line(line))
    const result = await engine.readContent(path, { kind: 'sink', sink: dump }, how)
    await dump.end()
    return result
  }
  const out = host.bytesOut()
  const sink = {
    write: (bytes: Uint8Array): Promise<void> =>
      out.write(bytes).catch((error: unknown) => {
        throw signal.aborted ? new ImageError('cancelled', { path }, { cause: error }) : error
      }),
  }
  return engine.readContent(path, { kind: 'sink', sink }, how)
}

function mustFit(file: string, { to, hex, overwrite }: ReadWords): void {
  if (file === '-') {
    throw new UsageError('read needs a file: an image that comes through a pipe is read once only.')
  }
  const intoFile = isFile({ to })
  if (hex && intoFile)
    throw new UsageError('--hex is for the screen; --to saves the bytes themselves.')
  if (overwrite && !intoFile)
    throw new UsageError('--overwrite needs --to with the name of a file.')
}

const isFile = ({ to }: Pick<ReadWords, 'to'>): boolean => to !== undefined && to !== '-'
