import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { ImageError, type NewContent } from '../../core/index.ts'
import type { Streams } from '../host.ts'
import { lengthOf } from '../parse/disk-range.ts'
import type { writingBytes } from '../table/content-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import { UsageError } from '../usage-error.ts'
import { refuseOwnSource } from './refuse-own-source.ts'

export type WriteWords = OptionValues<typeof writingBytes>

/** Of standard input whose length nobody knows: so much is kept until it has ended. */
const KEPT_BYTES = 64 * 1024 * 1024

/** What `platter write` is to write, before anything is opened but the file that holds it. */
export type WantedContent =
  | { readonly kind: 'known'; readonly content: NewContent }
  /** Read when the verb runs: with whom to talk about it, and for how many bytes at most. */
  | { readonly kind: 'file'; readonly file: string; readonly length: number | undefined }

/** Throws UsageError unless one of the ways to say it was chosen, with a length where that needs one. */
export function wantedContent(words: WriteWords): WantedContent {
  const { text, from, pattern, zero } = words
  const ways = [
    text === undefined ? '' : '--text',
    from === undefined ? '' : '--from',
    pattern === undefined ? '' : '--pattern',
    zero ? '--zero' : '',
  ].filter((way) => way !== '')
  if (ways.length !== 1) {
    const found = ways.length === 0 ? 'None was given' : `${ways.join(' and ')} were given`
    throw new UsageError(`write needs one of --text, --from, --pattern and --zero. ${found}.`)
  }
  const length = lengthOf(words)
  if (text !== undefined) {
    if (length !== undefined) throw new UsageError('--text says by itself how long it is.')
    const bytes = Buffer.from(text, 'utf8')
    return { kind: 'known', content: { kind: 'bytes', bytes, length: bytes.length } }
  }
  if (from !== undefined) return { kind: 'file', file: from, length }
  if (length === undefined) {
    throw new UsageError(`${ways.join('')} needs a length: --length 8 (sectors) or --bytes 4K.`)
  }
  const content: NewContent =
    pattern === undefined
      ? { kind: 'zeroes', length }
      : { kind: 'fill', byte: parseByte(pattern), length }
  return { kind: 'known', content }
}

function parseByte(text: string): number {
  const value = /^(?:\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN
  if (value <= 255) return value
  throw new UsageError(`--pattern ${text}: expected a byte, from 0 to 255 or from 0x00 to 0xff.`)
}

/**
 * The content of a file, as long as it is or as was asked for. What has no length (a pipe, standard input) is
 * taken whole into memory first, unless it was said how many bytes to take. Throws `output-is-source`,
 * `input-unreadable`, `input-short` and `input-too-long`, and leaves the rest of a pipe unread.
 */
export async function contentFrom(
  { file, length }: Extract<WantedContent, { readonly kind: 'file' }>,
  image: string,
  host: Pick<Streams, 'stdin' | 'signal'>,
): Promise<NewContent> {
  // What is written would be read again as what comes next.
  await refuseOwnSource(file, image)
  const name = file === '-' ? 'Standard input' : file
  const found = file === '-' ? undefined : await lengthIn(file)
  if (found !== undefined && length !== undefined && length > found) {
    throw new ImageError('input-short', { link: name, found, expected: length })
  }
  const stream = readable(name, host, () => (file === '-' ? host.stdin() : createReadStream(file)))
  const known = length ?? found
  if (known !== undefined) return { kind: 'stream', stream, name, length: known }
  const pieces: Uint8Array[] = []
  let kept = 0
  for await (const piece of stream) {
    pieces.push(piece)
    kept += piece.length
    if (kept > KEPT_BYTES) throw new ImageError('input-too-long', { link: name, limit: KEPT_BYTES })
  }
  return { kind: 'bytes', bytes: Buffer.concat(pieces), length: kept }
}

/** Bytes of a regular file; undefined for what has no length. */
async function lengthIn(file: string): Promise<number | undefined> {
  try {
    const facts = await stat(file)
    if (facts.isDirectory()) throw new ImageError('file-is-folder', { path: file })
    return facts.isFile() ? facts.size : undefined
  } catch (error) {
    throw unreadable(file, error)
  }
}

async function* readable(
  name: string,
  { signal }: Pick<Streams, 'signal'>,
  open: () => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* open()
  } catch (cause) {
    if (signal.aborted) throw new ImageError('cancelled', {}, { cause })
    throw unreadable(name, cause)
  }
}

function unreadable(name: string, cause: unknown): ImageError {
  if (cause instanceof ImageError) return cause
  const { code = 'EIO' } = cause as NodeJS.ErrnoException
  return new ImageError('input-unreadable', { link: name, errno: code }, { cause })
}
