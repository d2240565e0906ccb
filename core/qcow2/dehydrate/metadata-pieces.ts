import { unreachable } from '../../base/assert.ts'
import { breather } from '../../base/abort.ts'
import { alignUp } from '../../base/bits.ts'
import { sameBytes } from '../../base/same-bytes.ts'
import { isAllZero } from '../../base/zeroes.ts'
import type { OperationContext } from '../../progress.ts'
import { asWordTable, type WordTable } from '../word-table.ts'
import { cleanBitmapTable } from './clean-bitmap-table.ts'
import { cleanL1 } from './clean-l1.ts'
import { cleanL2 } from './clean-l2.ts'
import { cleanRefcountTable } from './clean-refcount-table.ts'
import { cleanRefcounts } from './clean-refcounts.ts'
import type { FoundMetadata } from './find-metadata.ts'
import type { Claim, Structure } from './metadata-claims.ts'
import { looksLikeData, type TableHealth } from './table-health.ts'

/** Bytes that go into a container. */
export interface MetadataPiece {
  /** Host offset. */
  readonly at: number
  readonly bytes: Uint8Array
}

/** A range that the image reads as metadata and that is not handed out, because it may be guest data. */
export interface LeftOut {
  readonly structure: Structure
  /** Host offset. */
  readonly offset: number
  readonly length: number
  /**
   * `data`: an entry says that guest data lies there. `looks-like-data`: nearly nothing in it is an entry.
   * `overlap`: two kinds of table share it, and for neither of them it is whole.
   */
  readonly why: 'data' | 'looks-like-data' | 'overlap'
}

/**
 * What goes into a container, in the order of the file and without overlap: cleaned tables, each with nothing
 * around it. What is all zero is left out silently, for that is how it reads then. `report` is told of what is
 * left out for another reason. The bytes of a piece are good until the next one is asked for.
 */
export async function* metadataPieces(
  found: FoundMetadata,
  report: (leftOut: LeftOut) => void,
  { signal, pause, onProgress }: OperationContext,
): AsyncGenerator<MetadataPiece> {
  const { claims, subject } = found
  const breath = breather(signal, { pause })
  const cleaner = new TableCleaner(found)
  const length = Math.min(alignUp(found.header.length, 8), subject.file.size())
  yield { at: 0, bytes: found.header.subarray(0, length) }
  let done = length
  for (const leftOut of endsLeftOut(found)) report(leftOut)
  for (let position = 0; position < claims.count; position++) {
    const claim = claims.at(position)
    const answer = cleaner.clean(position, claim.offset < length)
    if (answer.kind === 'kept') {
      const skipped = Math.max(0, done - claim.offset)
      if (skipped < answer.bytes.length) {
        yield { at: claim.offset + skipped, bytes: answer.bytes.subarray(skipped) }
        done = claim.offset + claim.length
      }
    } else if (answer.kind === 'left-out') {
      const { structure, offset } = claim
      report({ structure, offset, length: claim.length, why: answer.why })
    }
    const turn = breath()
    if (turn !== undefined) await turn
    onProgress?.({ phase: 'metadata', done: position + 1, total: claims.count, unit: 'clusters' })
  }
}

type CleanAnswer =
  /** Good until the next call. */
  | { readonly kind: 'kept'; readonly bytes: Uint8Array }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'left-out'; readonly why: LeftOut['why'] }

/** Cleans one claimed range after the other, in the same memory. */
class TableCleaner {
  readonly #found: FoundMetadata
  #scratch = new Uint8Array(0)

  constructor(found: FoundMetadata) {
    this.#found = found
  }

  clean(position: number, isInHeader: boolean): CleanAnswer {
    const { claims } = this.#found
    const claim = claims.at(position)
    const whole = this.#read(claim)
    if (isAllZero(whole.subarray(0, claim.length))) return { kind: 'nothing' }
    if (claims.isData(position)) return { kind: 'left-out', why: 'data' }
    const isShared = isInHeader || claims.isOverlapped(position)
    const original = isShared ? whole.slice(0, claim.length) : undefined
    const table = this.#cleanWhole(claim, whole)
    if (table.looksLikeData) return { kind: 'left-out', why: 'looks-like-data' }
    const bytes = table.bytes.subarray(0, claim.length)
    if (original !== undefined && !sameBytes(bytes, original)) {
      return { kind: 'left-out', why: 'overlap' }
    }
    return { kind: 'kept', bytes }
  }

  /** All that the check would read, with zeroes past the end of the file. */
  #read({ structure, offset, length }: Claim): Uint8Array<ArrayBuffer> {
    const { subject, reader } = this.#found
    const isCluster = structure === 'L2 table' || structure === 'refcount block'
    const bytes = isCluster ? subject.clusterSize : alignUp(length, 8)
    if (this.#scratch.length < bytes) this.#scratch = new Uint8Array(bytes)
    const whole = this.#scratch.subarray(0, bytes)
    reader.read(whole, offset, tags[structure])
    return whole
  }

  #cleanWhole(
    { structure, offset, index }: Claim,
    bytes: Uint8Array<ArrayBuffer>,
  ): { readonly bytes: Uint8Array; readonly looksLikeData: boolean } {
    const { subject, places, counts, snapshotTable, bitmapDirectory } = this.#found
    switch (structure) {
      case 'L1 table':
        return cleanedWords(bytes, (words) => cleanL1(words, places))
      case 'L2 table':
        return cleanedWords(bytes, (words) => cleanL2(words, offset, places))
      case 'refcount table':
        return cleanedWords(bytes, (words) => cleanRefcountTable(words, places))
      case 'bitmap table':
        return cleanedWords(bytes, (words) => cleanBitmapTable(words, places))
      case 'refcount block': {
        const { refcountOrder } = subject
        const firstCluster = index * ((bytes.length * 8) / 2 ** refcountOrder)
        const health = cleanRefcounts(bytes, { firstCluster, refcountOrder, counts })
        return { bytes, looksLikeData: health.looksLikeData }
      }
      case 'snapshot table':
        return { bytes: snapshotTable?.bytes ?? nothing, looksLikeData: false }
      case 'bitmap directory':
        return { bytes: bitmapDirectory?.bytes ?? nothing, looksLikeData: false }
      default:
        return unreachable(structure)
    }
  }
}

const nothing = new Uint8Array(0)

/** Cleans a table of words where it lies: turned round, and back. */
function cleanedWords(bytes: Uint8Array<ArrayBuffer>, clean: (words: WordTable) => TableHealth) {
  const health = clean(asWordTable(bytes))
  asWordTable(bytes)
  return { bytes, looksLikeData: looksLikeData(health) }
}

const tags = {
  'L1 table': 'l1-table',
  'L2 table': 'l2-table',
  'refcount table': 'refcount-table',
  'refcount block': 'refcount-block',
  'snapshot table': 'snapshot-table',
  'bitmap directory': 'bitmap',
  'bitmap table': 'bitmap',
} as const

/** What follows the last entry of a table of names that is one. */
function* endsLeftOut({ snapshotTable, bitmapDirectory }: FoundMetadata): Generator<LeftOut> {
  const tables = [
    ['snapshot table', snapshotTable],
    ['bitmap directory', bitmapDirectory],
  ] as const
  for (const [structure, table] of tables) {
    if (table?.leftOut === undefined) continue
    yield { structure, ...table.leftOut, why: 'looks-like-data' }
  }
}
