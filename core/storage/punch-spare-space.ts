import { ImageError } from '../errors/image-error.ts'
import type { OperationContext } from '../progress.ts'
import type { BlockFile } from './block-file.ts'
import {
  findSpareSpace,
  measureStored,
  promisedBytes,
  type SpareLayout,
  type SpareRange,
} from './spare-space.ts'
import type { WritableFile } from './writable-file.ts'

/** Space of a file that the host stores and need not, in bytes. */
export interface SpareSpace {
  /** Referred to by nothing. */
  readonly unusedBytes: number
  /** Content, all zero; 0 when nobody looked. */
  readonly zeroBytes: number
  /** Calls that it takes, about; a host needs some microseconds for each. */
  readonly holes: number
  readonly bytesRead: number
}

/** What is there to give back, and what beyond that the host has promised the file (`promisedBytes`). */
export async function measureSpareSpace(
  file: BlockFile,
  layout: SpareLayout,
  context: OperationContext = {},
): Promise<SpareSpace & { readonly promisedBytes: number }> {
  const counts = new SpareCounts()
  const stored = await measureStored(file, context)
  const bytesRead = await findSpareSpace(file, layout, {
    ...context,
    onSpare: (range) => counts.add(range),
    holesToo: () => false,
  })
  return { ...counts.space(bytesRead), promisedBytes: promisedBytes(file, stored) }
}

/**
 * Makes holes of what a file need not store; its length and content stay. Promised space is given up with
 * it. Zeroes are looked for and given back piece by piece, so that nothing can have changed in between:
 * whoever calls this holds the file.
 *
 * A cancel or a failure at any point leaves the same content, and holes so far. Nothing is flushed: a hole
 * that a power cut takes back reads as before, too. Throws `punch-unsupported` before anything changed.
 */
export async function punchSpareSpace(
  file: WritableFile,
  layout: SpareLayout,
  context: OperationContext = {},
): Promise<SpareSpace> {
  const counts = new SpareCounts()
  let stored = await measureStored(file, context)
  const bytesRead = await findSpareSpace(file, layout, {
    ...context,
    onSpare(range) {
      // The first of them tells for all: they are in one file on one file system.
      if (file.punchHole(range.at, range.length) === 'unsupported') {
        throw new ImageError('punch-unsupported', { path: file.name })
      }
      stored -= range.storedBytes
      counts.add(range)
    },
    holesToo: () => promisedBytes(file, stored) > 0,
  })
  return counts.space(bytesRead)
}

class SpareCounts {
  #unused = 0
  #zero = 0
  #holes = 0

  add({ cause, storedBytes }: SpareRange): void {
    this.#holes++
    if (cause === 'unused') this.#unused += storedBytes
    else this.#zero += storedBytes
  }

  space(bytesRead: number): SpareSpace {
    return { unusedBytes: this.#unused, zeroBytes: this.#zero, holes: this.#holes, bytesRead }
  }
}
