/** Clusters of one page: a page without members takes no memory. */
const PAGE_BITS = 32_768
const PAGE_WORDS = PAGE_BITS / 32
const ALL = 0xffff_ffff

interface Page {
  readonly words: Uint32Array
  members: number
}

/**
 * Numbers of host clusters, in order: bits in pages of 4 KiB, so that a million clusters are 128 KiB at
 * most, and neighbours are found by looking at words.
 */
export class ClusterSet {
  readonly #pages: (Page | undefined)[] = []
  /** A page that became empty, for the next one: a set that has one member now and then makes none. */
  #spare: Page | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  has(cluster: number): boolean {
    const words = this.#pages[Math.floor(cluster / PAGE_BITS)]?.words
    const bit = cluster % PAGE_BITS
    return words !== undefined && (((words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1
  }

  /** False when it was in the set already. */
  add(cluster: number): boolean {
    const index = Math.floor(cluster / PAGE_BITS)
    const page = this.#pages[index] ?? this.#newPage(index)
    const bit = cluster % PAGE_BITS
    const word = page.words[bit >>> 5] ?? 0
    const mask = 1 << (bit & 31)
    if ((word & mask) !== 0) return false
    page.words[bit >>> 5] = word | mask
    page.members++
    this.#size++
    return true
  }

  /** Adds neighbours of which none is in the set: a word at a time, for there may be millions. */
  addRun(first: number, clusters: number): void {
    const end = first + clusters
    for (let at = first; at < end;) {
      const index = Math.floor(at / PAGE_BITS)
      const page = this.#pages[index] ?? this.#newPage(index)
      const from = at - index * PAGE_BITS
      const to = Math.min(end - index * PAGE_BITS, PAGE_BITS)
      setBits(page.words, from, to)
      page.members += to - from
      this.#size += to - from
      at = index * PAGE_BITS + to
    }
  }

  /** False when it was not in the set. */
  delete(cluster: number): boolean {
    const index = Math.floor(cluster / PAGE_BITS)
    const page = this.#pages[index]
    if (page === undefined) return false
    const bit = cluster % PAGE_BITS
    const word = page.words[bit >>> 5] ?? 0
    const mask = 1 << (bit & 31)
    if ((word & mask) === 0) return false
    page.words[bit >>> 5] = word & ~mask
    page.members--
    this.#size--
    if (page.members === 0) {
      this.#pages[index] = undefined
      this.#spare = page
    }
    return true
  }

  /** How many members are at or after `from`. */
  countFrom(from: number): number {
    let count = 0
    for (let index = Math.floor(from / PAGE_BITS); index < this.#pages.length; index++) {
      const page = this.#pages[index]
      if (page === undefined) continue
      const first = from - index * PAGE_BITS
      count += first <= 0 ? page.members : countBits(page.words, first)
    }
    return count
  }

  /** Takes all members at or after `from` out: millions at once, perhaps. */
  deleteFrom(from: number): void {
    this.#size -= this.countFrom(from)
    const index = Math.floor(from / PAGE_BITS)
    const page = this.#pages[index]
    const first = from % PAGE_BITS
    if (page !== undefined && first > 0) {
      page.members -= countBits(page.words, first)
      clearBits(page.words, first)
      if (page.members === 0) this.#pages[index] = undefined
      this.#pages.length = index + 1
    } else this.#pages.length = Math.min(this.#pages.length, index)
  }

  /** The last number before `before` that is in none of the sets, -1 when there is none. */
  static lastOutside(sets: readonly ClusterSet[], before: number): number {
    for (let at = before - 1; at >= 0;) {
      const bit = at % PAGE_BITS
      const index = Math.floor(at / PAGE_BITS)
      let members = 0
      for (const set of sets) members |= set.#pages[index]?.words[bit >>> 5] ?? 0
      // Of this word, the numbers up to `at`.
      const outside = ~members & (ALL >>> (31 - (bit & 31)))
      if (outside !== 0) return at - (bit & 31) + 31 - Math.clz32(outside)
      at -= (bit & 31) + 1
    }
    return -1
  }

  /** The first member at or after `from`, -1 when there is none. */
  first(from = 0): number {
    let at = from
    for (let index = Math.floor(at / PAGE_BITS); index < this.#pages.length; index++) {
      const words = this.#pages[index]?.words
      const start = index * PAGE_BITS
      if (words !== undefined) {
        const found = firstBit(words, Math.max(at - start, 0))
        if (found !== -1) return start + found
      }
      at = start + PAGE_BITS
    }
    return -1
  }

  /** How many members follow each other from `from` on, `limit` at most. */
  runAt(from: number, limit: number): number {
    let count = 0
    while (count < limit && this.has(from + count)) count++
    return count
  }

  /** All members in order; the set may lose members meanwhile, and those are not told then. */
  *[Symbol.iterator](): Generator<number> {
    for (let at = this.first(); at !== -1; at = this.first(at + 1)) yield at
  }

  /** Another set with the same members. */
  copy(): ClusterSet {
    const copy = new ClusterSet()
    for (const [index, page] of this.#pages.entries()) {
      if (page === undefined) continue
      copy.#pages[index] = { words: page.words.slice(), members: page.members }
    }
    copy.#size = this.#size
    return copy
  }

  #newPage(index: number): Page {
    const page = this.#spare ?? { words: new Uint32Array(PAGE_WORDS), members: 0 }
    this.#spare = undefined
    this.#pages[index] = page
    return page
  }
}

function firstBit(words: Uint32Array, from: number): number {
  let index = from >>> 5
  let word = (words[index] ?? 0) & (ALL << (from & 31))
  for (;;) {
    if (word !== 0) return index * 32 + 31 - Math.clz32(word & -word)
    index++
    if (index >= words.length) return -1
    word = words[index] ?? 0
  }
}

function setBits(words: Uint32Array, from: number, to: number): void {
  const first = from >>> 5
  const last = (to - 1) >>> 5
  const low = ALL << (from & 31)
  const high = ALL >>> (31 - ((to - 1) & 31))
  if (first === last) {
    words[first] = (words[first] ?? 0) | (low & high)
    return
  }
  words[first] = (words[first] ?? 0) | low
  words.fill(ALL, first + 1, last)
  words[last] = (words[last] ?? 0) | high
}

/** Members at or after bit `from`. */
function countBits(words: Uint32Array, from: number): number {
  let count = 0
  let mask = ALL << (from & 31)
  for (let index = from >>> 5; index < words.length; index++) {
    let word = (words[index] ?? 0) & mask
    mask = ALL
    for (; word !== 0; word &= word - 1) count++
  }
  return count
}

function clearBits(words: Uint32Array, from: number): void {
  const index = from >>> 5
  words[index] = (words[index] ?? 0) & ~(ALL << (from & 31))
  words.fill(0, index + 1)
}
