import { ImageError } from '../../errors/image-error.ts'
import { endOfRun, isPlain } from '../check/l2-layout.ts'
import type { Geometry } from '../format/geometry.ts'
import { entryOffset } from '../format/l1-entry.ts'
import {
  compressedLength,
  compressedOffset,
  compressedSectors,
  isCompressed,
} from '../format/l2-entry.ts'
import type { WordTable } from '../word-table.ts'

/** Entries [from, to) of an L2 table and the host clusters [first, first + clusters) they refer to. */
export interface EntryRun {
  readonly kind: 'standard' | 'compressed'
  readonly from: number
  readonly to: number
  readonly first: number
  readonly clusters: number
}

/**
 * What an L2 table refers to, neighbouring clusters as one run; compressed clusters one by one, since
 * several may lie in one host cluster, which each of them references. For images without an external
 * data file. Throws `structure-damaged` for a standard entry that refers into the middle of a cluster.
 */
export function* entryRuns(words: WordTable, geometry: Geometry): Generator<EntryRun> {
  const { clusterSize, hasSubclusters, l2Entries } = geometry
  const stride = hasSubclusters ? 4 : 2
  const halves = new Int32Array(words.buffer, words.byteOffset, words.length)
  for (let index = 0; index < l2Entries;) {
    const low = words[index * stride] ?? 0
    const high = words[index * stride + 1] ?? 0
    const from = index++
    if (low === 0 && high === 0) continue
    if (isCompressed(high)) {
      const offset = compressedOffset(high, low, geometry)
      const length = compressedLength(offset, compressedSectors(high, geometry))
      const first = Math.floor(offset / clusterSize)
      const last = Math.floor((offset + length - 1) / clusterSize)
      yield { kind: 'compressed', from, to: index, first, clusters: last - first + 1 }
      continue
    }
    const offset = entryOffset(high, low)
    if (offset === 0) continue
    if (offset % clusterSize !== 0) throw unaligned(offset, clusterSize)
    if (!hasSubclusters && isPlain(low, high, clusterSize)) {
      index = endOfRun(halves, from * stride, clusterSize) / stride
    }
    yield {
      kind: 'standard',
      from,
      to: index,
      first: offset / clusterSize,
      clusters: index - from,
    }
  }
}

const unaligned = (offset: number, clusterSize: number) =>
  new ImageError('structure-damaged', {
    structure: 'L2 table entry',
    offset,
    found: 'a place inside a cluster',
    expected: `a multiple of ${clusterSize}`,
  })
