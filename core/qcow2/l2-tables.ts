import { isAligned } from '../base/bits.ts'
import { LruCache } from '../base/lru.ts'
import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { Geometry } from './format/geometry.ts'
import { readWordTable, type WordTable } from './word-table.ts'

/** QEMU's own default for its L2 cache. */
const DEFAULT_CACHE_BYTES = 32 * 1024 * 1024

/** L2 tables by host offset, through a cache with a bound in bytes. */
export class L2Tables {
  readonly #file: BlockFile
  readonly #clusterSize: number
  readonly #cache: LruCache<number, WordTable>
  // Walks ask for the same table again and again: this spares them the map.
  #lastOffset = -1
  #last: WordTable | undefined
  #hits = 0
  #misses = 0

  constructor(file: BlockFile, geometry: Geometry, cacheBytes = DEFAULT_CACHE_BYTES) {
    this.#file = file
    this.#clusterSize = geometry.clusterSize
    this.#cache = new LruCache(cacheBytes, (table) => table.byteLength)
  }

  /** Tables that were asked for, by whether they were in memory. */
  get lookups(): { readonly hits: number; readonly misses: number } {
    return { hits: this.#hits, misses: this.#misses }
  }

  /** Whether `load` would answer without reading. */
  has(offset: number): boolean {
    return offset === this.#lastOffset || this.#cache.get(offset) !== undefined
  }

  /** Throws `structure-damaged` for a table that is not aligned or not whole inside the file. */
  load(offset: number): WordTable {
    if (offset === this.#lastOffset && this.#last !== undefined) {
      this.#hits++
      return this.#last
    }
    let table = this.#cache.get(offset)
    if (table !== undefined) this.#hits++
    else {
      this.#misses++
      this.#mustBeTable(offset)
      table = readWordTable(this.#file, {
        at: offset,
        entries: this.#clusterSize / 8,
        tag: 'l2-table',
      })
      this.#cache.set(offset, table)
    }
    this.#lastOffset = offset
    this.#last = table
    return table
  }

  #mustBeTable(offset: number): void {
    if (!isAligned(offset, this.#clusterSize)) {
      throw this.#damaged(
        offset,
        'an offset inside a cluster',
        `a multiple of ${this.#clusterSize}`,
      )
    }
    const fileLength = this.#file.size()
    if (offset + this.#clusterSize > fileLength) {
      const expected = `${this.#clusterSize} bytes of table`
      throw this.#damaged(offset, `a file that ends at ${fileLength}`, expected)
    }
  }

  #damaged(offset: number, found: string, expected: string): ImageError {
    const path = this.#file.name
    return new ImageError('structure-damaged', {
      path,
      structure: 'L2 table',
      offset,
      found,
      expected,
    })
  }
}
