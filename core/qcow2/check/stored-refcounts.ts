import { ImageError } from '../../errors/image-error.ts'
import type { CheckSubject, MetadataReader } from './subject.ts'
import { asWordTable } from '../word-table.ts'

/** Offset bits of a refcount table entry (9 to 63); the bits below are reserved. */
const reservedLowBits = 0x1ff
/** QEMU reads nothing from here on: the largest length a file may have, aligned down to 1 GiB. */
export const largestOffset = 2 ** 63 - 2 ** 30

const cacheBytes = 32 * 2 ** 20

/** A refcount block as the refcount table has it. */
export type StoredBlock =
  | { readonly kind: 'absent' }
  /** QEMU cannot read it (unaligned or no possible offset), so the refcounts in it are unknown. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'present'; readonly offset: number }

/** The refcounts the image stores: its refcount table in memory, its blocks read as they are needed. */
export class StoredRefcounts {
  readonly #subject: CheckSubject
  readonly #reader: MetadataReader
  readonly #table: Uint32Array
  readonly #cache = new Map<number, Uint8Array>()
  #lastIndex = -1
  #last: Uint8Array | 'absent' | 'unreadable' = 'absent'

  private constructor(subject: CheckSubject, reader: MetadataReader, table: Uint32Array) {
    this.#subject = subject
    this.#reader = reader
    this.#table = table
  }

  /** Reads the refcount table, at most 8 MiB (the header's decoder refused longer ones). */
  static load(subject: CheckSubject, reader: MetadataReader): StoredRefcounts {
    const bytes = new Uint8Array(subject.refcountTable.entries * 8)
    reader.read(bytes, subject.refcountTable.offset, 'refcount-table')
    return new StoredRefcounts(subject, reader, asWordTable(bytes))
  }

  get entries(): number {
    return this.#subject.refcountTable.entries
  }

  /** Refcounts in one block. */
  get perBlock(): number {
    return (this.#subject.clusterSize * 8) / this.bits
  }

  /** Width of a refcount. */
  get bits(): number {
    return 2 ** this.#subject.refcountOrder
  }

  /** The table entry's offset bits as a number; exact below 2^53, above that only "far outside". */
  offsetOf(index: number): number {
    const low = this.#table[2 * index] ?? 0
    const high = this.#table[2 * index + 1] ?? 0
    return high * 2 ** 32 + (low - (low % (reservedLowBits + 1)))
  }

  /** Whether the offset is a multiple of the cluster size. Asked of the low half, which is exact. */
  isAligned(index: number): boolean {
    const low = this.#table[2 * index] ?? 0
    return (low - (low % (reservedLowBits + 1))) % this.#subject.clusterSize === 0
  }

  hasReservedBits(index: number): boolean {
    return (this.#table[2 * index] ?? 0) % (reservedLowBits + 1) !== 0
  }

  block(index: number): StoredBlock {
    if (index >= this.entries) return { kind: 'absent' }
    const offset = this.offsetOf(index)
    if (offset === 0) return { kind: 'absent' }
    const { clusterSize } = this.#subject
    if (!this.isAligned(index) || offset > largestOffset - clusterSize) {
      return { kind: 'unreadable' }
    }
    return { kind: 'present', offset }
  }

  /** Fills `into` (one cluster) with a present block; what lies past the end of the file is zero. */
  readBlock(into: Uint8Array, offset: number): void {
    if (offset >= this.#subject.fileLength) into.fill(0)
    else this.#reader.read(into, offset, 'refcount-block')
  }

  /** The stored refcount of a cluster, or undefined when its block is unreadable. */
  get(cluster: number): number | undefined {
    const index = Math.floor(cluster / this.perBlock)
    if (index !== this.#lastIndex) this.#seek(index)
    const block = this.#last
    if (block === 'absent') return 0
    if (block === 'unreadable') return undefined
    return refcountAt(block, cluster % this.perBlock, this.#subject.refcountOrder)
  }

  /**
   * Whether all clusters of a stretch have a stored refcount of one, or none of them; undefined when they
   * differ or cannot be read.
   */
  areOnes(first: number, length: number): boolean | undefined {
    let ones = 0
    for (let at = first; at < first + length;) {
      const index = Math.floor(at / this.perBlock)
      const end = Math.min(first + length, (index + 1) * this.perBlock)
      if (index !== this.#lastIndex) this.#seek(index)
      const block = this.#last
      if (block === 'unreadable') return undefined
      if (block !== 'absent') {
        const from = at - index * this.perBlock
        ones += onesIn(block, from, from + (end - at), this.#subject.refcountOrder)
      }
      at = end
    }
    if (ones === length) return true
    return ones === 0 ? false : undefined
  }

  #seek(index: number): void {
    this.#lastIndex = index
    const found = this.block(index)
    if (found.kind !== 'present') {
      this.#last = found.kind
      return
    }
    const cached = this.#cache.get(index)
    if (cached !== undefined) {
      this.#last = cached
      return
    }
    const { clusterSize } = this.#subject
    const block = new Uint8Array(clusterSize)
    this.readBlock(block, found.offset)
    if ((this.#cache.size + 1) * clusterSize > cacheBytes) {
      const oldest = this.#cache.keys().next()
      if (oldest.done !== true) this.#cache.delete(oldest.value)
    }
    this.#cache.set(index, block)
    this.#last = block
  }
}

function onesIn(block: Uint8Array, from: number, to: number, order: number): number {
  let ones = 0
  if (order === 4) {
    // Nearly every image: a loop of its own, three times as fast.
    for (let at = 2 * from; at < 2 * to; at += 2) {
      if (block[at + 1] === 1 && block[at] === 0) ones++
    }
    return ones
  }
  for (let at = from; at < to; at++) if (refcountAt(block, at, order) === 1) ones++
  return ones
}

/**
 * One refcount of a block. Spec, "Refcounts": widths below 8 bits are packed from the low bits of each
 * byte. 64-bit counts past 2^53 lose their last digits, which no comparison with a real count notices.
 */
export function refcountAt(block: Uint8Array, index: number, order: number): number {
  switch (order) {
    case 0:
      return ((block[index >>> 3] ?? 0) >>> (index & 7)) & 1
    case 1:
      return ((block[index >>> 2] ?? 0) >>> ((index & 3) * 2)) & 3
    case 2:
      return ((block[index >>> 1] ?? 0) >>> ((index & 1) * 4)) & 15
    case 3:
      return block[index] ?? 0
    case 4:
      return (block[2 * index] ?? 0) * 256 + (block[2 * index + 1] ?? 0)
    case 5:
      return word32(block, 4 * index)
    case 6:
      return word32(block, 8 * index) * 2 ** 32 + word32(block, 8 * index + 4)
    default:
      throw new ImageError('internal', { field: 'refcount order', found: order })
  }
}

const word32 = (block: Uint8Array, at: number): number =>
  (block[at] ?? 0) * 2 ** 24 +
  (block[at + 1] ?? 0) * 2 ** 16 +
  (block[at + 2] ?? 0) * 2 ** 8 +
  (block[at + 3] ?? 0)
