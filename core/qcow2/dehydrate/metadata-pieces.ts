import { unreachable } from '../../base/assert.ts'
import { breather } from '../../base/abort.ts'
import { alignUp } from '../../base/bits.ts'
import { sameBytes } from '../../base/same-bytes.ts'
import { isAllZero } from '../../base/zeroes.ts'
import type { OperationContext } from '../../progress.ts'
import { asWordTable, fileBytesOf, type WordTable } from '../word-table.ts'
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
 * left out for another reason.
 */
export async function* metadataPieces(
  found: FoundMetadata,
  report: (leftOut: LeftOut) => void,
  { signal, onProgress }: OperationContext,
): AsyncGenerator<MetadataPiece> {
  const { claims, subject } = found
  const breath = breather(signal)
  const length = Math.min(alignUp(found.header.length, 8), subject.file.size())
  yield { at: 0, bytes: found.header.subarray(0, length) }
  let done = length
  for (const leftOut of endsLeftOut(found)) report(leftOut)
  for (let position = 0; position < claims.count; position++) {
    const claim = claims.at(position)
    const table = cleaned(found, claim)
    const why = reasonAgainst(found, position, table, length)
    if (why === 'nothing') continue
    if (why === undefined) {
      const skipped = Math.max(0, done - claim.offset)
      if (skipped < table.bytes.length) {
        yield { at: claim.offset + skipped, bytes: table.bytes.subarray(skipped) }
        done = claim.offset + claim.length
      }
    } else {
      report({ structure: claim.structure, offset: claim.offset, length: claim.length, why })
    }
    const turn = breath()
    if (turn !== undefined) await turn
    onProgress?.({ phase: 'metadata', done: position + 1, total: claims.count, unit: 'clusters' })
  }
}

interface CleanedTable {
  readonly bytes: Uint8Array
  readonly original: Uint8Array
  readonly looksLikeData: boolean
}

/** Why a table does not go into a container; `nothing`: because there is nothing in it. */
function reasonAgainst(
  { claims }: FoundMetadata,
  position: number,
  table: CleanedTable,
  headerEnd: number,
): LeftOut['why'] | 'nothing' | undefined {
  if (isAllZero(table.original)) return 'nothing'
  if (claims.isData(position)) return 'data'
  if (table.looksLikeData) return 'looks-like-data'
  const isOverlapped = claims.isOverlapped(position) || claims.at(position).offset < headerEnd
  if (isOverlapped && !sameBytes(table.bytes, table.original)) return 'overlap'
  return undefined
}

function cleaned(found: FoundMetadata, claim: Claim): CleanedTable {
  const { subject, reader } = found
  const isCluster = claim.structure === 'L2 table' || claim.structure === 'refcount block'
  const whole = new Uint8Array(isCluster ? subject.clusterSize : alignUp(claim.length, 8))
  reader.read(whole, claim.offset, tags[claim.structure])
  const original = whole.slice(0, claim.length)
  const table = cleanedWhole(found, claim, whole)
  return { ...table, bytes: table.bytes.subarray(0, claim.length), original }
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

function cleanedWhole(
  { subject, places, counts, snapshotTable, bitmapDirectory }: FoundMetadata,
  { structure, offset, index }: Claim,
  bytes: Uint8Array<ArrayBuffer>,
): Omit<CleanedTable, 'original'> {
  const cleanedBy = (clean: (words: WordTable) => TableHealth) => {
    const words = asWordTable(bytes)
    const health = clean(words)
    return { bytes: fileBytesOf(words), looksLikeData: looksLikeData(health) }
  }
  switch (structure) {
    case 'L1 table':
      return cleanedBy((words) => cleanL1(words, places))
    case 'L2 table':
      return cleanedBy((words) => cleanL2(words, offset, places))
    case 'refcount table':
      return cleanedBy((words) => cleanRefcountTable(words, places))
    case 'bitmap table':
      return cleanedBy((words) => cleanBitmapTable(words, places))
    case 'refcount block': {
      const { refcountOrder } = subject
      const firstCluster = index * ((bytes.length * 8) / 2 ** refcountOrder)
      const health = cleanRefcounts(bytes, { firstCluster, refcountOrder, counts })
      return { bytes, looksLikeData: health.looksLikeData }
    }
    case 'snapshot table':
      return { bytes: snapshotTable?.bytes ?? new Uint8Array(0), looksLikeData: false }
    case 'bitmap directory':
      return { bytes: bitmapDirectory?.bytes ?? new Uint8Array(0), looksLikeData: false }
    default:
      return unreachable(structure)
  }
}

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
