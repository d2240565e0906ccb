import { pow2 } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import { refcountAccess, type RefcountAccess } from '../format/refcount-block.ts'

/** Clusters of one page. */
export const PAGE_CLUSTERS = 32_768

/** Counts of one page, packed like a refcount block of that order. */
export interface PackedCounts {
  readonly order: number
  readonly bytes: Uint8Array
}

interface PackedPage extends PackedCounts {
  readonly access: RefcountAccess
}

/** A page whose clusters all have the same count is that count. */
type Page = number | PackedPage

/** Brings the counts of a page that nobody has looked at yet. */
export type PageSource = (page: number) => number | PackedCounts

/** What counts may become, and who wants to know. */
export interface CountLimits {
  readonly least: number
  readonly most: number
  /** Called with every cluster whose count has become zero. */
  readonly onZero?: (cluster: number) => void
}

/** Where a count would have left its bounds. */
export interface CountFault {
  readonly cluster: number
  readonly count: number
}

/**
 * A count for every cluster of a file, in bounded memory: pages come when they are first looked at, cost
 * nothing while all their counts are equal, and otherwise as few bits a cluster as their highest count
 * needs. Counts are exact up to 2^53 - 1. Throws `image-too-large` when `budget` bytes are not enough.
 */
export class CountPages {
  readonly #pages = new Map<number, Page>()
  readonly #source: PageSource
  readonly #budget: number
  #bytes = 0

  constructor({ source, budget }: { readonly source: PageSource; readonly budget: number }) {
    this.#source = source
    this.#budget = budget
  }

  get(cluster: number): number {
    const page = this.#page(Math.floor(cluster / PAGE_CLUSTERS))
    if (typeof page === 'number') return page
    return page.access.get(page.bytes, cluster % PAGE_CLUSTERS)
  }

  /** The count that the clusters [from, to) of one page are known to share, without looking at each. */
  uniform(from: number, to: number): number | undefined {
    const index = Math.floor(from / PAGE_CLUSTERS)
    if (to > (index + 1) * PAGE_CLUSTERS) return undefined
    const page = this.#page(index)
    return typeof page === 'number' ? page : undefined
  }

  /** The first cluster of [from, to), clusters of one page, whose count is zero. */
  firstZero(from: number, to: number): number | undefined {
    const index = Math.floor(from / PAGE_CLUSTERS)
    const page = this.#page(index)
    if (typeof page === 'number') return page === 0 ? from : undefined
    const base = index * PAGE_CLUSTERS
    const { access, bytes } = page
    for (let at = from - base; at < to - base; at++) {
      if (access.get(bytes, at) === 0) return base + at
    }
    return undefined
  }

  /**
   * Adds `delta` to each of `clusters` counts from `first`, stopping at the first one that would not stay
   * within [least, most].
   */
  add(first: number, clusters: number, delta: number, limits: CountLimits): CountFault | undefined {
    const end = first + clusters
    for (let at = first; at < end;) {
      const index = Math.floor(at / PAGE_CLUSTERS)
      const from = at % PAGE_CLUSTERS
      const to = Math.min(PAGE_CLUSTERS, from + (end - at))
      const fault = this.#addToPage(index, { from, to }, delta, limits)
      if (fault !== undefined) return fault
      at += to - from
    }
    return undefined
  }

  #addToPage(
    index: number,
    { from, to }: { readonly from: number; readonly to: number },
    delta: number,
    { least, most, onZero }: CountLimits,
  ): CountFault | undefined {
    const base = index * PAGE_CLUSTERS
    let page = this.#page(index)
    if (typeof page === 'number') {
      const count = page + delta
      if (count < least || count > most) return { cluster: base + from, count }
      if (delta === 0) return undefined
      if (to - from === PAGE_CLUSTERS) {
        this.#pages.set(index, count)
        if (count === 0) for (let at = from; at < to; at++) onZero?.(base + at)
        return undefined
      }
      page = this.#unfold(index, page, Math.max(page, count))
    }
    let { access, bytes } = page
    for (let at = from; at < to; at++) {
      const count = access.get(bytes, at) + delta
      if (count < least || count > most) return { cluster: base + at, count }
      if (count > access.max) {
        page = this.#widen(index, page, count)
        access = page.access
        bytes = page.bytes
      }
      access.set(bytes, at, count)
      if (count === 0) onZero?.(base + at)
    }
    return undefined
  }

  #page(index: number): Page {
    const known = this.#pages.get(index)
    if (known !== undefined) return known
    const found = this.#source(index)
    const page = typeof found === 'number' ? found : compacted(found)
    this.#keep(index, page)
    return page
  }

  #unfold(index: number, count: number, highest: number): PackedPage {
    const page = emptyPage(orderFor(highest))
    if (count > 0) fillCounts(page, { from: 0, to: PAGE_CLUSTERS, count })
    this.#keep(index, page)
    return page
  }

  #widen(index: number, page: PackedPage, highest: number): PackedPage {
    const wide = copied(page, orderFor(highest))
    this.#bytes -= page.bytes.length
    this.#keep(index, wide)
    return wide
  }

  #keep(index: number, page: Page): void {
    this.#pages.set(index, page)
    if (typeof page === 'number') return
    this.#bytes += page.bytes.length
    if (this.#bytes <= this.#budget) return
    throw new ImageError('image-too-large', { limit: this.#budget })
  }
}

const emptyPage = (order: number): PackedPage => ({
  order,
  access: refcountAccess(order),
  bytes: new Uint8Array((PAGE_CLUSTERS * pow2(order)) / 8),
})

/** The smallest refcount order that can hold a count. */
function orderFor(count: number): number {
  let order = 0
  while (refcountAccess(order).max < count) order++
  return order
}

/** Packed as tightly as the counts allow, or the one count that all of them are. */
function compacted({ order, bytes }: PackedCounts): Page {
  const access = refcountAccess(order)
  const first = access.get(bytes, 0)
  let highest = first
  let equal = true
  for (let at = 1; at < PAGE_CLUSTERS; at++) {
    const count = access.get(bytes, at)
    if (count === first) continue
    equal = false
    if (count > highest) highest = count
  }
  if (equal) return first
  const needed = orderFor(highest)
  return needed === order ? { order, access, bytes } : copied({ order, access, bytes }, needed)
}

function copied({ access, bytes }: PackedPage, order: number): PackedPage {
  const page = emptyPage(order)
  for (let at = 0; at < PAGE_CLUSTERS; at++) page.access.set(page.bytes, at, access.get(bytes, at))
  return page
}

/** Sets the counts [from, to) of packed bytes to one value. */
export function fillCounts(
  { access, bytes }: { readonly access: RefcountAccess; readonly bytes: Uint8Array },
  { from, to, count }: { readonly from: number; readonly to: number; readonly count: number },
): void {
  for (let at = from; at < to; at++) access.set(bytes, at, count)
}
