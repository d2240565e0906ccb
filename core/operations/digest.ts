import { breather, throwIfAborted } from '../base/abort.ts'
import { alignDown } from '../base/bits.ts'
import type { OperationContext } from '../progress.ts'
import type { ByteSource } from './byte-source.ts'
import type { Hasher } from './host.ts'
import { readableSpans, readSpans } from './source-spans.ts'

/** Large enough that the price of a call into the hasher does not show, small enough to cancel between. */
const windowBytes = 2 * 1024 * 1024
/** Windows that are being read while one is hashed. */
const readAhead = 3
/** Zeroes that a hasher passes over at once: what finds them takes milliseconds. */
const longestStride = 64 * 1024 * 1024

const zeroes = new Uint8Array(windowBytes)

/**
 * Feeds a source to a hasher and gives the digest. Reading runs ahead while hashing keeps the thread
 * busy; what is known to be zero is never read: a hasher that need not see it is told of it in long
 * strides, others get it from one shared buffer.
 */
export async function digestOf(
  source: ByteSource,
  hasher: Hasher,
  { signal, pause, onProgress }: OperationContext,
): Promise<string> {
  const breathe = breather(signal, { pause })
  const windows: Window[] = []
  const buffers: Uint8Array[] = []
  let done = 0

  const hashOldest = async () => {
    const [oldest] = windows
    if (oldest === undefined) return
    const bytes = await oldest.bytes
    windows.shift()
    if (bytes !== undefined) {
      hasher.update(bytes)
      buffers.push(new Uint8Array(bytes.buffer))
    } else if (hasher.updateZeroes !== undefined) {
      hasher.updateZeroes(oldest.length)
    } else {
      hasher.update(zeroes.subarray(0, oldest.length))
    }
    done += oldest.length
    onProgress?.({ phase: 'data', done, total: source.length, unit: 'bytes' })
    await breathe()
  }

  try {
    for (let at = 0; at < source.length;) {
      throwIfAborted(signal)
      let length = Math.min(windowBytes, source.length - at)
      const spans = readableSpans(source, at, length)
      if (spans.length === 0) {
        if (hasher.updateZeroes !== undefined) length = zeroStride(source, at, length)
        windows.push({ length, bytes: undefined })
      } else {
        const into = (buffers.pop() ?? new Uint8Array(windowBytes)).subarray(0, length)
        const bytes = readSpans(source, spans, { at, into, signal })
        // A failure is reported when its window's turn comes; until then somebody must listen.
        bytes.catch(() => undefined)
        windows.push({ length, bytes })
      }
      at += length
      while (windows.length > readAhead) await hashOldest()
    }
    while (windows.length > 0) await hashOldest()
    return hasher.digest()
  } finally {
    // The caller closes the files next, and the system may give their descriptors to others.
    await Promise.allSettled(windows.flatMap(({ bytes }) => bytes ?? []))
  }
}

/** A stretch of the source that is on its way to the hasher. */
interface Window {
  readonly length: number
  /** undefined: all of it is known to be zero. */
  readonly bytes: Promise<Uint8Array> | undefined
}

/** How many zeroes there are from `at` on, of which `known` are: in whole windows, or up to the end. */
function zeroStride(source: ByteSource, at: number, known: number): number {
  const limit = Math.min(at + longestStride, source.length)
  let end = at + known
  while (end < limit) {
    const run = source.runAt(end, limit - end)
    if (!run.isZero) break
    end += run.length
  }
  return end === source.length ? end - at : alignDown(end - at, windowBytes)
}
