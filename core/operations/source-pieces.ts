import { breather, throwIfAborted } from '../base/abort.ts'
import { alignDown, alignUp } from '../base/bits.ts'
import { orAborted } from '../base/or-aborted.ts'
import type { OperationContext } from '../progress.ts'
import type { GuestPiece } from '../qcow2/encode/guest-piece.ts'
import type { ByteSource } from './byte-source.ts'
import { readableSpans, readSpans } from './source-spans.ts'

/** Pieces that are being read while one is worked on. */
const READ_AHEAD = 3

export interface PieceOptions extends Pick<OperationContext, 'pause'> {
  readonly clusterSize: number
  /** Of a piece at most; whole clusters. */
  readonly pieceBytes: number
  readonly signal: AbortSignal | undefined
}

/**
 * What of a source may hold data, in whole clusters and in order, read ahead. What it knows to be zero is
 * neither read nor given, but for what shares a cluster with data.
 */
export async function* sourcePieces(
  source: ByteSource,
  options: PieceOptions,
): AsyncGenerator<GuestPiece, void> {
  const { signal, pause, clusterSize } = options
  const buffers = new PieceBuffers(options.pieceBytes)
  const breathe = breather(signal, { pause, everyCalls: 16 })
  const ahead: Promise<GuestPiece>[] = []
  try {
    for (let at = 0; at < source.length;) {
      throwIfAborted(signal)
      await breathe()
      const run = source.runAt(at, source.length - at)
      if (run.isZero) {
        at += run.length
        continue
      }
      const start = alignDown(at, clusterSize)
      const spans = readableSpans(
        source,
        start,
        Math.min(options.pieceBytes, source.length - start),
      )
      const end = alignUp(spans.at(-1)?.end ?? at + run.length, clusterSize)
      const buffer = buffers.take()
      const into = buffer.subarray(0, end - start)
      const reading = readSpans(source, spans, { at: start, into, signal })
      const piece = reading.then((bytes) => ({
        at: start,
        bytes,
        release: () => buffers.give(buffer),
      }))
      // A failure is told when the piece's turn comes; until then somebody must listen.
      piece.catch(() => undefined)
      ahead.push(piece)
      at = end
      const [oldest] = ahead
      if (ahead.length > READ_AHEAD && oldest !== undefined) {
        const ready = await oldest
        void ahead.shift()
        yield ready
      }
    }
    for (const piece of ahead) yield await piece
  } finally {
    // The caller closes the files next, and the system may give their descriptors to others.
    await Promise.allSettled(ahead)
  }
}

/** Bytes that come from somewhere, as they come; how many there are is known at the end. */
export class InputPieces {
  readonly #input: AsyncIterable<Uint8Array>
  readonly #options: PieceOptions
  #length = 0

  constructor(input: AsyncIterable<Uint8Array>, options: PieceOptions) {
    this.#input = input
    this.#options = options
  }

  /** Bytes that came so far. */
  get length(): number {
    return this.#length
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<GuestPiece, void> {
    const { clusterSize, pieceBytes, signal } = this.#options
    const buffers = new PieceBuffers(pieceBytes)
    let buffer = buffers.take()
    let filled = 0
    const piece = (): GuestPiece => {
      const full = buffer
      const end = alignUp(filled, clusterSize)
      full.fill(0, filled, end)
      const at = this.#length - filled
      return { at, bytes: full.subarray(0, end), release: () => buffers.give(full) }
    }
    const input = this.#input[Symbol.asyncIterator]()
    let isOver = false
    try {
      for (;;) {
        const next = await orAborted(input.next(), signal)
        isOver = next.done === true
        if (next.done === true) break
        for (let from = 0; from < next.value.length;) {
          const part = next.value.subarray(from, from + pieceBytes - filled)
          buffer.set(part, filled)
          filled += part.length
          from += part.length
          this.#length += part.length
          if (filled < pieceBytes) continue
          yield piece()
          buffer = buffers.take()
          filled = 0
        }
      }
      if (filled > 0) yield piece()
    } finally {
      // Not waited for: who gives the bytes may be waiting for more of them, for ever.
      if (!isOver) input.return?.()?.catch(() => undefined)
    }
  }
}

/** Buffers that are used again: as many as are in use at the same time. */
class PieceBuffers {
  readonly #bytes: number
  readonly #spare: Uint8Array[] = []

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  take(): Uint8Array {
    return this.#spare.pop() ?? new Uint8Array(this.#bytes)
  }

  give(buffer: Uint8Array): void {
    this.#spare.push(buffer)
  }
}
