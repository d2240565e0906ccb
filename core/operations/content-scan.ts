import { breather, throwIfAborted } from '../base/abort.ts'
import { isAllZero, lengthWithoutZeroes } from '../base/zeroes.ts'
import type { OperationContext } from '../progress.ts'
import type { ByteSource } from './byte-source.ts'

const windowBytes = 1024 * 1024
const sector = 512

/** What was found in a range of a source by reading it. */
export interface ContentScan {
  /** Bytes of 512-byte sectors that hold anything but zeroes. */
  readonly dataBytes: number
  /** The first byte after the last that is not zero; undefined when all that was read is. */
  readonly end: number | undefined
  readonly bytesRead: number
  /** False when the limit was reached before the end. */
  readonly complete: boolean
}

export interface ScanRange {
  readonly from: number
  readonly to: number
  /** Bytes to read at most; what is known to be zero is not read and does not count. */
  readonly limit: number
  /** Told of each 512-byte sector that holds anything but zeroes, by its position in the source. */
  readonly onData?: ((at: number) => void) | undefined
}

/** Reads a range, front to back, for what is not zero. */
export async function scanContent(
  source: ByteSource,
  { from, to, limit, onData }: ScanRange,
  { signal, pause, onProgress }: OperationContext = {},
): Promise<ContentScan> {
  const window = new Uint8Array(windowBytes)
  const breathe = breather(signal, { pause })
  let dataBytes = 0
  let bytesRead = 0
  let end: number | undefined
  for (let at = from; at < to;) {
    throwIfAborted(signal)
    const { length, isZero } = source.runAt(at, to - at)
    if (isZero) {
      at += length
    } else {
      const piece = window.subarray(0, Math.min(windowBytes, length, limit - bytesRead))
      if (piece.length === 0) return { dataBytes, end, bytesRead, complete: false }
      await source.read(piece, at, signal)
      bytesRead += piece.length
      const used = lengthWithoutZeroes(piece)
      if (used > 0) end = at + used
      dataBytes += bytesOfData(piece.subarray(0, used), (offset) => onData?.(at + offset))
      at += piece.length
    }
    onProgress?.({ phase: 'data', done: at - from, total: to - from, unit: 'bytes' })
    await breathe()
  }
  return { dataBytes, end, bytesRead, complete: true }
}

function bytesOfData(bytes: Uint8Array, tell: (offset: number) => void): number {
  let data = 0
  for (let at = 0; at < bytes.length; at += sector) {
    if (isAllZero(bytes.subarray(at, at + sector))) continue
    data += sector
    tell(at)
  }
  return data
}

/** Runs kept while looking back through a window of the disk: a window with more is halved. */
const maxRuns = 4096
const firstWindow = 64 * 1024 * 1024
const lastWindow = 2 ** 44

/** As `scanContent` back to front, ending at the first byte found: where the content of a disk ends. */
export async function findContentEnd(
  source: ByteSource,
  { from, to, limit }: ScanRange,
  { signal, pause, onProgress }: OperationContext = {},
): Promise<Omit<ContentScan, 'dataBytes'>> {
  const buffer = new Uint8Array(windowBytes)
  const breathe = breather(signal, { pause })
  let bytesRead = 0
  let size = firstWindow
  for (let top = to; top > from;) {
    const start = Math.max(top - size, from)
    const runs = await storedRuns(source, { from: start, to: top }, breathe)
    if (runs === undefined) {
      size = Math.max(Math.floor(size / 2 / sector), 1) * sector
      continue
    }
    for (const run of runs.toReversed()) {
      for (let end = run.end; end > run.start;) {
        throwIfAborted(signal)
        const length = Math.min(windowBytes, end - run.start, limit - bytesRead)
        if (length === 0) return { end: undefined, bytesRead, complete: false }
        const piece = buffer.subarray(0, length)
        await source.read(piece, end - length, signal)
        bytesRead += length
        const used = lengthWithoutZeroes(piece)
        if (used > 0) return { end: end - length + used, bytesRead, complete: true }
        end -= length
        onProgress?.({ phase: 'data', done: to - end, total: to - from, unit: 'bytes' })
      }
    }
    // A mostly empty disk of a petabyte is looked through in a few strides.
    size = runs.length === 0 ? Math.min(size * 2, lastWindow) : Math.min(size, firstWindow)
    top = start
    onProgress?.({ phase: 'data', done: to - top, total: to - from, unit: 'bytes' })
  }
  return { end: undefined, bytesRead, complete: true }
}

interface Stretch {
  readonly start: number
  readonly end: number
}

/** What has to be read of a range, in order; undefined when it is in too many pieces for one look. */
async function storedRuns(
  source: ByteSource,
  { from, to }: Pick<ScanRange, 'from' | 'to'>,
  breathe: () => Promise<void> | undefined,
): Promise<readonly Stretch[] | undefined> {
  const runs: Stretch[] = []
  for (let at = from; at < to;) {
    const { length, isZero } = source.runAt(at, to - at)
    const last = runs.at(-1)
    if (!isZero && last?.end === at) runs[runs.length - 1] = { start: last.start, end: at + length }
    else if (!isZero && runs.push({ start: at, end: at + length }) > maxRuns) return undefined
    at += length
    const pause = breathe()
    if (pause !== undefined) await pause
  }
  return runs
}
