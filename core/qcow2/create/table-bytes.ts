import { HIGH_UNIT } from '../../base/word64.ts'
import { pow2 } from '../../base/bits.ts'
import type { IoTag } from '../../storage/io-tag.ts'
import { COPIED_HIGH } from '../format/l1-entry.ts'
import { fillWithOnes } from '../format/refcount-block.ts'
import type { ImageLayout, Stretch } from './image-layout.ts'
import type { Qcow2Settings } from './settings.ts'

/** A piece of a new image's tables. Its bytes are good until the next piece is asked for. */
export interface TablePiece {
  readonly at: number
  readonly bytes: Uint8Array
  readonly tag: IoTag
}

/** Pieces are so long at most: the tables of a preallocated disk of petabytes pass through one buffer. */
const pieceLength = 1024 * 1024

/** All tables of a new image in the order of the file; the header is not among them. */
export function* tablePieces(settings: Qcow2Settings, layout: ImageLayout): Generator<TablePiece> {
  const buffer = new Uint8Array(pieceLength)
  const words = new EntryFiller(buffer)
  const { clusterSize, refcountOrder } = settings
  const { firstRefcountBlock, otherRefcountBlocks, l2 } = layout

  const blocks = 1 + otherRefcountBlocks.length / clusterSize
  yield* inPieces(buffer, layout.refcountTable, 'refcount-table', (from, length) => {
    // Block 1 is the first of the others; block 0 is apart from them.
    const base = otherRefcountBlocks.offset - clusterSize
    words.fill(from / 8, length / 8, { end: blocks, high: 0, base, step: clusterSize })
    if (from === 0) words.fill(0, 1, { end: 1, high: 0, base: firstRefcountBlock.offset, step: 0 })
  })

  const perByte = 8 / pow2(refcountOrder)
  const fillRefcounts = (from: number, length: number): void =>
    fillWithOnes(buffer.subarray(0, length), refcountOrder, layout.clusters - from * perByte)
  yield* inPieces(buffer, firstRefcountBlock, 'refcount-block', fillRefcounts)

  const l2Tables = l2.length / clusterSize
  yield* inPieces(buffer, layout.l1, 'l1-table', (from, length) => {
    const entries = { end: l2Tables, high: COPIED_HIGH, base: l2.offset, step: clusterSize }
    words.fill(from / 8, length / 8, entries)
  })

  yield* inPieces(buffer, otherRefcountBlocks, 'refcount-block', (from, length) => {
    fillRefcounts(clusterSize + from, length)
  })

  // In a data file every guest cluster lies at its guest offset, as in QEMU's.
  const base = settings.dataFile === 'none' ? layout.data.offset : 0
  const entryBytes = settings.extendedL2 ? 16 : 8
  const entries = {
    end: layout.guestClusters,
    high: COPIED_HIGH,
    base,
    step: clusterSize,
    entryBytes,
  }
  yield* inPieces(buffer, l2, 'l2-table', (from, length) => {
    words.fill(from / entryBytes, length / entryBytes, entries)
  })
}

/** Bytes that `tablePieces` gives in all. */
export const tableBytes = (layout: ImageLayout): number =>
  layout.refcountTable.length +
  layout.firstRefcountBlock.length +
  layout.l1.length +
  layout.otherRefcountBlocks.length +
  layout.l2.length

function* inPieces(
  buffer: Uint8Array,
  stretch: Stretch,
  tag: IoTag,
  fill: (from: number, length: number) => void,
): Generator<TablePiece> {
  for (let from = 0; from < stretch.length; from += pieceLength) {
    const length = Math.min(pieceLength, stretch.length - from)
    fill(from, length)
    yield { at: stretch.offset + from, bytes: buffer.subarray(0, length), tag }
  }
}

/** Entries of a table: `high` and the offset `base` + index * `step`; from index `end` on they are 0. */
interface LinearEntries {
  readonly end: number
  readonly high: number
  readonly base: number
  readonly step: number
  /** 8 unless they are extended L2 entries, whose second word is 0. */
  readonly entryBytes?: number
}

/** Writes big-endian table entries into one buffer. */
class EntryFiller {
  readonly #buffer: Uint8Array
  readonly #view: DataView

  constructor(buffer: Uint8Array) {
    this.#buffer = buffer
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  }

  /** `count` entries from entry `first` on, at the start of the buffer. */
  fill(
    first: number,
    count: number,
    { end, high, base, step, entryBytes = 8 }: LinearEntries,
  ): void {
    this.#buffer.fill(0, 0, count * entryBytes)
    const used = Math.min(count, Math.max(end - first, 0))
    for (let index = 0; index < used; index++) {
      const offset = base + (first + index) * step
      // COPIED is the highest bit and offsets stay below 2^53: adding is setting.
      this.#view.setUint32(index * entryBytes, high + Math.floor(offset / HIGH_UNIT))
      this.#view.setUint32(index * entryBytes + 4, offset % HIGH_UNIT)
    }
  }
}
