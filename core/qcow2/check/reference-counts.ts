import { sameBytes } from '../../base/same-bytes.ts'

/** Clusters of one page; a power of two. */
export const pageClusters = 32_768
const pageShift = 15
const pageMask = pageClusters - 1
const fullWord = 0xffff_ffff

/** A page without any reference is `undefined`; one bit a cluster is enough until a second one comes. */
type Page = Uint8Array | Uint16Array | Uint32Array | undefined

const widths = { bits: 1, bytes: 8, shorts: 16, words: 32 } as const
type Width = (typeof widths)[keyof typeof widths]

/**
 * How often every cluster of a file is referenced, in bounded memory: pages that nobody refers to cost
 * nothing, the usual page one bit a cluster, and wider counts only where they are needed. When the budget
 * is spent, the highest pages are given up and `end` says so; the caller then walks the image again for
 * the clusters from there on.
 *
 * Cluster numbers are below 2^31 (a file with more is refused), so 32-bit operators are safe on them.
 */
export class ReferenceCounts {
  readonly first: number
  #end: number
  readonly #budget: number
  readonly #max: number
  readonly #pages: Page[] = []
  readonly #widths: Width[] = []
  #bytes = 0
  #shared = false
  #overflowed = false
  #touchedEnd = 0

  /** Counts clusters from `first` (a multiple of `pageClusters`) on; counts stop at `max`. */
  constructor(options: { readonly first: number; readonly max: number; readonly budget: number }) {
    this.first = options.first
    this.#end = Infinity
    this.#max = Math.min(options.max, fullWord)
    this.#budget = options.budget
  }

  /** Clusters from here on are not counted. */
  get end(): number {
    return this.#end
  }

  /** The first cluster after all that were referred to, counted or not. */
  get touchedEnd(): number {
    return this.#touchedEnd
  }

  /** Whether any cluster is referenced more than once. */
  get hasShared(): boolean {
    return this.#shared
  }

  /** Whether a cluster has more references than the width can count; its count is the highest one then. */
  get hasOverflow(): boolean {
    return this.#overflowed
  }

  /**
   * Counts `times` references to each of `length` clusters from `start`. Gives how many references did
   * not fit into the refcount width (QEMU: overflow), over all of them.
   */
  add(start: number, length: number, times = 1): number {
    let overflow = 0
    let cluster = Math.max(start, this.first)
    this.#touchedEnd = Math.max(this.#touchedEnd, start + length)
    const end = Math.min(start + length, this.#end)
    while (cluster < end) {
      const index = (cluster - this.first) >>> pageShift
      const from = (cluster - this.first) & pageMask
      const to = Math.min(from + (end - cluster), pageClusters)
      overflow += this.#addToPage(index, from, to, times)
      cluster += to - from
    }
    return overflow
  }

  get(cluster: number): number {
    const index = (cluster - this.first) >>> pageShift
    const at = (cluster - this.first) & pageMask
    const page = this.#pages[index]
    if (page === undefined) return 0
    if (this.#widths[index] !== widths.bits) return page[at] ?? 0
    return ((page[at >>> 5] ?? 0) >>> (at & 31)) & 1
  }

  /**
   * The count that the clusters [start, start + length) of one page have in common; undefined when they
   * differ or when only looking at each would tell.
   */
  uniform(start: number, length: number): number | undefined {
    const index = (start - this.first) >>> pageShift
    const page = this.#pages[index]
    if (page === undefined) return 0
    const from = (start - this.first) & pageMask
    if (this.#widths[index] === widths.bytes) return uniformByte(page, from, from + length)
    if (this.#widths[index] !== widths.bits || (from | length) % 32 !== 0) return undefined
    const end = (from + length) >>> 5
    const wanted = page[from >>> 5]
    if (wanted !== 0 && wanted !== fullWord) return undefined
    for (let word = from >>> 5; word < end; word++) if (page[word] !== wanted) return undefined
    return wanted === 0 ? 0 : 1
  }

  #addToPage(index: number, from: number, to: number, times: number): number {
    let page = this.#pages[index]
    if (page === undefined) {
      page = new Uint32Array(pageClusters / 32)
      this.#place(index, page, widths.bits)
      // Making room may have given up this very page.
      if (this.#pages[index] === undefined) return 0
    }
    let at = from
    if (this.#widths[index] === widths.bits) {
      if (times === 1) at = setBits(page, from, to)
      if (at === to) return 0
      this.#widen(index, widths.bytes)
    }
    const bytes = this.#pages[index]
    // The usual page of an image with snapshots, when no refcount width is in the way.
    if (bytes instanceof Uint8Array && this.#max >= 255) {
      this.#shared = true
      at = addToBytes(bytes, at, to, times)
      if (at === to) return 0
    }
    return this.#addCounts(index, at, to, times)
  }

  #addCounts(index: number, from: number, to: number, times: number): number {
    let page = this.#pages[index]
    let overflow = 0
    for (let at = from; at < to; at++) {
      if (page === undefined) return overflow
      let sum = (page[at] ?? 0) + times
      if (sum > 1) this.#shared = true
      if (sum > this.#max) {
        overflow += sum - this.#max
        this.#overflowed = true
        sum = this.#max
      }
      const needed = sum > 0xffff ? widths.words : sum > 0xff ? widths.shorts : widths.bytes
      if (needed > (this.#widths[index] ?? 0)) {
        this.#widen(index, needed)
        page = this.#pages[index]
        if (page === undefined) return overflow
      }
      page[at] = sum
    }
    return overflow
  }

  #widen(index: number, width: Width): void {
    const old = this.#pages[index]
    if (old === undefined) return
    const wide =
      width === widths.bytes
        ? new Uint8Array(pageClusters)
        : width === widths.shorts
          ? new Uint16Array(pageClusters)
          : new Uint32Array(pageClusters)
    if (this.#widths[index] === widths.bits) {
      for (let at = 0; at < pageClusters; at++) wide[at] = ((old[at >>> 5] ?? 0) >>> (at & 31)) & 1
    } else {
      wide.set(old)
    }
    this.#bytes -= old.byteLength
    this.#place(index, wide, width)
  }

  #place(index: number, page: NonNullable<Page>, width: Width): void {
    this.#pages[index] = page
    this.#widths[index] = width
    this.#bytes += page.byteLength
    while (this.#bytes > this.#budget && this.#pages.length > 1) this.#giveUpLast()
  }

  #giveUpLast(): void {
    const page = this.#pages.pop()
    this.#end = this.first + this.#pages.length * pageClusters
    this.#bytes -= page?.byteLength ?? 0
  }
}

/** The value of all bytes in [from, to), or undefined: each is compared with its neighbour, natively. */
function uniformByte(page: NonNullable<Page>, from: number, to: number): number | undefined {
  const bytes = new Uint8Array(page.buffer, from, to - from)
  const same = sameBytes(bytes.subarray(1), bytes.subarray(0, bytes.length - 1))
  return same ? bytes[0] : undefined
}

/** Adds to the bytes [from, to) and gives `to`, or the first position where the sum would not fit. */
function addToBytes(page: Uint8Array, from: number, to: number, times: number): number {
  const most = 255 - times
  for (let at = from; at < to; at++) {
    const old = page[at] ?? 0
    if (old > most) return at
    page[at] = old + times
  }
  return to
}

/** Sets the bits [from, to) and gives `to`, or the first position whose word had one of them set already. */
function setBits(page: NonNullable<Page>, from: number, to: number): number {
  let at = from
  while (at < to) {
    const word = at >>> 5
    const bit = at & 31
    const count = Math.min(32 - bit, to - at)
    const mask = count === 32 ? fullWord : (2 ** count - 1) << bit
    const old = page[word] ?? 0
    if ((old & mask) !== 0) return at
    page[word] = old | mask
    at += count
  }
  return to
}
