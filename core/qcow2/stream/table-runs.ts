import { unreachable } from '../../base/assert.ts'
import { ImageError } from '../../errors/image-error.ts'
import { scanExtended, scanStandard, type Run } from '../cluster-runs.ts'
import { packedCluster } from '../compressed.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { WordTable } from '../word-table.ts'

/** What an L2 table says about a run of the disk, in bytes. */
export type TableRun =
  | {
      readonly kind: 'data'
      readonly guest: number
      readonly length: number
      readonly host: number
    }
  /** Zeroes, or nothing at all; `host` is what is allocated for them all the same. */
  | {
      readonly kind: 'zeroes'
      readonly guest: number
      readonly length: number
      readonly host: number | undefined
    }
  /** One compressed cluster: `length` guest bytes of it count. */
  | {
      readonly kind: 'packed'
      readonly guest: number
      readonly length: number
      readonly host: number
      readonly packedLength: number
    }

/** An L2 table of a stream. */
export interface StreamTable {
  /** For messages. */
  readonly name: string
  readonly words: WordTable
  /** Host offset. */
  readonly offset: number
  /** First guest byte that it maps. */
  readonly guest: number
}

/**
 * The runs of a table, up to the end of the disk. Throws `structure-damaged` for an entry that contradicts
 * itself, as reading does when it comes there.
 */
export function* tableRuns(
  { name, words, offset, guest: base }: StreamTable,
  { geometry, header }: HeaderArea,
): Generator<TableRun> {
  const { subclusterSize, clusterSize, l2EntryBytes, l2Coverage, virtualSize } = geometry
  const end = Math.min(base + l2Coverage, virtualSize)
  const rules = { clusterSize, hasDataFile: false, zeroFlagAllowed: header.version >= 3 }
  const scan = geometry.hasSubclusters ? scanExtended : scanStandard
  const run: Run = { state: 'unallocated', offset: 0, count: 0 }
  const to = Math.ceil((end - base) / subclusterSize)
  for (let from = 0; from < to; from += run.count) {
    scan(words, { from, to }, rules, run)
    const guest = base + from * subclusterSize
    const length = Math.min(run.count * subclusterSize, end - guest)
    switch (run.state) {
      case 'data':
        yield { kind: 'data', guest, length, host: run.offset }
        break
      case 'zero-allocated':
      case 'unallocated-in-cluster':
        yield { kind: 'zeroes', guest, length, host: run.offset }
        break
      case 'zero-plain':
      case 'unallocated':
        yield { kind: 'zeroes', guest, length, host: undefined }
        break
      case 'compressed':
        for (let at = guest; at < guest + length; at += clusterSize) {
          const word = (Math.floor((at - base) / clusterSize) * l2EntryBytes) / 4
          const entry = { low: words[word] ?? 0, high: words[word + 1] ?? 0 }
          const packed = packedCluster(at, entry, geometry)
          const part = Math.min(clusterSize, end - at)
          const place = { host: packed.offset, packedLength: packed.length }
          yield { kind: 'packed', guest: at, length: part, ...place }
        }
        break
      case 'invalid':
        throw new ImageError('structure-damaged', {
          path: name,
          structure: 'L2 table entry',
          offset: offset + Math.floor((guest - base) / clusterSize) * l2EntryBytes,
          guestOffset: guest,
          found: 'an entry that contradicts itself',
          expected: 'a valid cluster mapping',
        })
      default:
        unreachable(run.state)
    }
  }
}
