import { ImageError } from '../errors/image-error.ts'

/** Bytes for a stretch of a disk. `length` is exact. */
export type NewContent = { readonly length: number } & (
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** The first `length` bytes of it; `name` is what messages call it. */
  | { readonly kind: 'stream'; readonly stream: AsyncIterable<Uint8Array>; readonly name: string }
  /** One byte over and over. */
  | { readonly kind: 'fill'; readonly byte: number }
  /** Of a qcow2 image, whole clusters of them become free. */
  | { readonly kind: 'zeroes' }
)

const PIECE = 1024 * 1024

/**
 * The bytes in order, in pieces of 1 MiB but for the last; a piece is valid until the next is asked for.
 * Throws `input-short` for a stream that ends too early, after what came of it.
 */
export async function* piecesOf(content: NewContent): AsyncGenerator<Uint8Array> {
  switch (content.kind) {
    case 'bytes':
      for (let at = 0; at < content.length; at += PIECE)
        yield content.bytes.subarray(at, at + PIECE)
      return
    case 'stream':
      yield* gathered(content)
      return
    case 'fill':
    case 'zeroes': {
      const piece = new Uint8Array(Math.min(PIECE, content.length))
      if (content.kind === 'fill') piece.fill(content.byte)
      for (let left = content.length; left > 0; left -= PIECE) yield piece.subarray(0, left)
    }
  }
}

async function* gathered({
  stream,
  length,
  name,
}: Extract<NewContent, { readonly kind: 'stream' }>): AsyncGenerator<Uint8Array> {
  if (length === 0) return
  const piece = new Uint8Array(Math.min(PIECE, length))
  let filled = 0
  let taken = 0
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length && taken < length;) {
      const room = Math.min(piece.length - filled, length - taken)
      const part = chunk.subarray(at, at + room)
      piece.set(part, filled)
      filled += part.length
      taken += part.length
      at += part.length
      if (filled === piece.length) {
        yield piece
        filled = 0
      }
    }
    // Whoever sends more may go on sending; nobody waits for it.
    if (taken === length) break
  }
  if (filled > 0) yield piece.subarray(0, filled)
  if (taken < length) {
    throw new ImageError('input-short', { link: name, found: taken, expected: length })
  }
}
