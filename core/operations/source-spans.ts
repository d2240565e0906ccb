import type { ByteSource } from './byte-source.ts'

/** Zeroes shorter than this are read along with their neighbours: another read costs more than they do. */
const smallGap = 64 * 1024

/** Part of a window, in bytes of the source. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The parts of a window that have to be read, in order. */
export function readableSpans(source: ByteSource, at: number, length: number): readonly Span[] {
  const spans: Span[] = []
  for (let start = at, stop = at + length; start < stop;) {
    const run = source.runAt(start, stop - start)
    const end = start + run.length
    if (!run.isZero) {
      const last = spans.at(-1)
      if (last !== undefined && start - last.end < smallGap) {
        spans[spans.length - 1] = { start: last.start, end }
      } else {
        spans.push({ start, end })
      }
    }
    start = end
  }
  return spans
}

/** Fills `into` with the window at `at`: reads its spans, and zeroes what lies between them. */
export async function readSpans(
  source: ByteSource,
  spans: readonly Span[],
  window: {
    readonly at: number
    readonly into: Uint8Array
    readonly signal: AbortSignal | undefined
  },
): Promise<Uint8Array> {
  const { at, into, signal } = window
  let filled = at
  const reads: Promise<void>[] = []
  for (const { start, end } of spans) {
    into.fill(0, filled - at, start - at)
    reads.push(source.read(into.subarray(start - at, end - at), start, signal))
    filled = end
  }
  into.fill(0, filled - at)
  // All of them end before the buffer is used again, also when one fails.
  const results = await Promise.allSettled(reads)
  const failure = results.find((result) => result.status === 'rejected')
  if (failure !== undefined) throw failure.reason
  return into
}
