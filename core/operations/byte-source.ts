import { unreachable } from '../base/assert.ts'
import type { DiskImage } from '../image/disk-image.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { HoleFinder } from '../storage/hole-finder.ts'
import { resolveRun } from './resolve-run.ts'

/** A stretch of bytes that is known to be zero without a read, or has to be read. */
export interface SourceRun {
  readonly length: number
  readonly isZero: boolean
}

/** Bytes to go through from start to end, with what is known about them beforehand. */
export interface ByteSource {
  readonly length: number
  /** What lies at `at`, at most `limit` bytes of it; more of the same kind may follow. */
  runAt(at: number, limit: number): SourceRun
  read(into: Uint8Array, at: number, signal: AbortSignal | undefined): Promise<void>
}

/** What a guest sees, through the whole backing chain. */
export function contentSource(image: DiskImage): ByteSource {
  const holes = new HoleFinder()
  return {
    length: image.virtualSize,
    read: (into, at, signal) => image.read(into, at, signal),
    runAt(at, limit) {
      const { run, layer, length, missing } = resolveRun(image, at, limit)
      // Reading refuses all of an encrypted layer: a digest of its zeroes alone would say too much.
      if (layer.encrypted) return { length, isZero: false }
      switch (run.kind) {
        case 'unallocated':
          if (missing !== undefined) throw missing
          return { length, isZero: true }
        case 'zero':
          return { length, isZero: true }
        case 'compressed':
          return { length, isZero: false }
        case 'data': {
          // Clusters allocated beforehand lie in holes of the file.
          const { kind, end } = holes.at(run.file, run.hostOffset)
          return { length: Math.min(length, end - run.hostOffset), isZero: kind === 'hole' }
        }
        default:
          return unreachable(run)
      }
    },
  }
}

/** The file's own bytes, as long as it is now. */
export function fileSource(file: BlockFile): ByteSource {
  const length = file.size()
  return {
    length,
    read: (into, at) => file.read(into, at, 'data'),
    runAt(at, limit) {
      const { kind, end } = file.hostRun(at)
      return { length: Math.min(limit, end - at), isZero: kind === 'hole' }
    },
  }
}

/** The bytes of a source from `from` on. */
export const sourceFrom = (source: ByteSource, from: number): ByteSource => ({
  length: source.length - from,
  runAt: (at, limit) => source.runAt(from + at, limit),
  read: (into, at, signal) => source.read(into, from + at, signal),
})
