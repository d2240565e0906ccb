import { breather, throwIfAborted } from '../base/abort.ts'
import { alignDown, alignUp } from '../base/bits.ts'
import { isAllZero } from '../base/zeroes.ts'
import type { OperationContext } from '../progress.ts'
import type { BlockFile } from './block-file.ts'

/** What file systems give back at least: no part of a block becomes a hole. */
export const SPARE_BLOCK = 4096

/** One read, between two chances to cancel. */
const readAtOnce = 4 * 1024 * 1024
const smallRead = 64 * 1024
/** Space that is given back by one call: the system drops what it has in memory of it, too. */
const givenAtOnce = 256 * 1024 * 1024

/**
 * What a stretch of a file is to whoever knows its format: `unused` is referred to by nothing, so its bytes
 * do not matter; `content` must read as before; `kept` is not looked at.
 */
export type Worth = 'unused' | 'content' | 'kept'

/** What a file is made of. */
export interface SpareLayout {
  /**
   * The stretch that begins at byte `at`, a multiple of 4 KiB below the end of the file. It ends at such a
   * multiple, too, or at or past the end of the file; another of the same worth may follow.
   */
  readonly stretchAt: (at: number) => { readonly worth: Worth; readonly end: number }
  /** Whether content is read, to find blocks of it that are all zero. */
  readonly scanZeroes: boolean
}

/** Whole blocks that the host need not store. */
export interface SpareRange {
  readonly at: number
  /** Bytes, a multiple of 4 KiB. */
  readonly length: number
  /** `zeroes`: content, and every byte of it was zero a moment ago. */
  readonly cause: 'unused' | 'zeroes'
  /** Bytes of it that the host stores; in the rest it may have promised space. */
  readonly storedBytes: number
}

export interface SpareSearch {
  /** Hears of every range in ascending order, right after it was read and before anything else is. */
  readonly onSpare: (range: SpareRange) => void
  /**
   * Asked at each stretch that the host calls a hole: whether it is treated as stored. Space that was
   * promised and never written looks like a hole.
   */
  readonly holesToo: () => boolean
}

/**
 * Goes through a file in its order for space that the host need not store; gives the bytes that were read.
 * Stops for a cancel and stands still for a pause at every chunk (4 MiB of reading).
 */
export async function findSpareSpace(
  file: BlockFile,
  { stretchAt, scanZeroes }: SpareLayout,
  { onSpare, holesToo, signal, pause, onProgress }: SpareSearch & OperationContext,
): Promise<number> {
  const total = file.size()
  // A last block in part cannot become a hole.
  const end = alignDown(total, SPARE_BLOCK)
  const breathe = breather(signal, { pause })
  const holes = new StoredRuns(file)
  let buffer: Uint8Array | undefined
  let bytesRead = 0
  for (let at = 0; at < end;) {
    throwIfAborted(signal)
    if (pause?.isPaused === true) await pause.untilResumed(signal)
    const stretch = stretchAt(at)
    const stop = Math.min(stretch.end, end)
    const isRead = stretch.worth === 'content' && scanZeroes
    if (stretch.worth === 'unused') {
      const next = Math.min(stop, at + givenAtOnce)
      const storedBytes = holes.storedIn(at, next)
      if (storedBytes > 0 || holesToo()) {
        onSpare({ at, length: next - at, cause: 'unused', storedBytes })
      }
      at = next
    } else if (isRead) {
      const run = holes.runAt(at)
      const runEnd = Math.min(alignUp(run.end, SPARE_BLOCK), stop)
      if (run.kind === 'hole' && !holesToo()) {
        at = runEnd
      } else {
        buffer ??= new Uint8Array(readAtOnce)
        const chunk = buffer.subarray(0, Math.min(readAtOnce, runEnd - at))
        // A promise costs as much as reading a small piece, and many clusters may lie between holes.
        if (chunk.length <= smallRead) file.readNow(chunk, at, 'data')
        else await file.read(chunk, at, 'data')
        throwIfAborted(signal)
        bytesRead += chunk.length
        for (const { from, to } of zeroBlocks(chunk)) {
          const storedBytes = run.kind === 'data' ? to - from : 0
          onSpare({ at: at + from, length: to - from, cause: 'zeroes', storedBytes })
        }
        at += chunk.length
      }
    } else {
      at = stop
    }
    onProgress?.({ phase: 'spare', done: at, total: end, unit: 'bytes' })
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  return bytesRead
}

/** Runs of whole blocks of zeroes, as long as they can be. */
function* zeroBlocks(bytes: Uint8Array): Generator<{ readonly from: number; readonly to: number }> {
  let from = -1
  for (let at = 0; at < bytes.length; at += SPARE_BLOCK) {
    if (isZeroBlock(bytes, at)) {
      if (from < 0) from = at
    } else if (from >= 0) {
      yield { from, to: at }
      from = -1
    }
  }
  if (from >= 0) yield { from, to: bytes.length }
}

/** Most blocks with content give themselves away at either end, which costs far less than a comparison. */
const isZeroBlock = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0 &&
  bytes[at + SPARE_BLOCK - 1] === 0 &&
  isAllZero(bytes.subarray(at, at + SPARE_BLOCK))

/** Bytes that the host stores for a file: what it calls no hole. */
export async function measureStored(
  file: BlockFile,
  { signal, pause }: OperationContext = {},
): Promise<number> {
  const breathe = breather(signal, { pause, everyCalls: 16 })
  const size = file.size()
  let stored = 0
  for (let at = 0; at < size;) {
    const run = file.hostRun(at)
    const end = Math.min(run.end, size)
    if (run.kind === 'data') stored += end - at
    at = end
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  return stored
}

/**
 * Bytes that the host has set aside for a file beyond the `stored` ones (`fallocate`), about: the file
 * system's own tables count as the file's, so 64 KiB and a thousandth of what is stored are taken for
 * those. 0 where it does not tell.
 */
export function promisedBytes(file: BlockFile, stored: number): number {
  const excess = (file.allocatedBytes() ?? 0) - stored
  return excess > 64 * 1024 + stored / 1024 ? excess : 0
}

/** Which bytes of the file are stored, asked in ascending order: remembers the last answer. */
export class StoredRuns {
  readonly #file: BlockFile
  readonly #size: number
  #start = 0
  #kind: 'data' | 'hole' = 'hole'
  #end = 0

  constructor(file: BlockFile) {
    this.#file = file
    this.#size = file.size()
  }

  runAt(at: number): { readonly kind: 'data' | 'hole'; readonly end: number } {
    if (at < this.#start || at >= this.#end) {
      const { kind, end } = this.#file.hostRun(at)
      this.#start = at
      this.#kind = kind
      this.#end = Math.min(end, this.#size)
    }
    return { kind: this.#kind, end: this.#end }
  }

  storedIn(from: number, to: number): number {
    let stored = 0
    for (let at = from; at < to;) {
      const { kind, end } = this.runAt(at)
      const next = Math.min(end, to)
      if (kind === 'data') stored += next - at
      at = next
    }
    return stored
  }
}
