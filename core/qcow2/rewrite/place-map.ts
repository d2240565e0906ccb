import { word64, type Word64 } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'

/** Clusters of one page: little enough that tables scattered over a file cost little. */
const PAGE_CLUSTERS = 256

/**
 * Where host clusters of the old file have gone: an entry of the new file for each, as its two halves. Eight
 * bytes for each cluster in a page where anything was put; throws `image-too-large` past `budget` bytes.
 */
export class PlaceMap {
  readonly #pages = new Map<number, Uint32Array>()
  readonly #budget: number
  #bytes = 0

  constructor(budget: number) {
    this.#budget = budget
  }

  /** Whether anything was put for the cluster; both halves may be zero all the same. */
  has(cluster: number): boolean {
    return this.#half(cluster, 1) !== UNKNOWN_HIGH
  }

  /** What was put for a cluster that `has` knows. */
  get(cluster: number): Word64 {
    return word64(this.#half(cluster, 1), this.#half(cluster, 0))
  }

  set(cluster: number, { high, low }: Word64): void {
    const page = this.#page(Math.floor(cluster / PAGE_CLUSTERS))
    const at = (cluster % PAGE_CLUSTERS) * 2
    page[at] = low
    page[at + 1] = high
  }

  #half(cluster: number, half: 0 | 1): number {
    const page = this.#pages.get(Math.floor(cluster / PAGE_CLUSTERS))
    return page?.[(cluster % PAGE_CLUSTERS) * 2 + half] ?? UNKNOWN_HIGH
  }

  #page(index: number): Uint32Array {
    const known = this.#pages.get(index)
    if (known !== undefined) return known
    const page = new Uint32Array(PAGE_CLUSTERS * 2).fill(UNKNOWN_HIGH)
    this.#bytes += page.byteLength
    if (this.#bytes > this.#budget) throw new ImageError('image-too-large', { limit: this.#budget })
    this.#pages.set(index, page)
    return page
  }
}

/** The high half of no entry: a compressed one never has the COPIED flag. */
const UNKNOWN_HIGH = 0xffff_ffff
