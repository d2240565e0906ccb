import { invariant } from '../../base/assert.ts'
import { isAligned } from '../../base/bits.ts'
import { LruCache } from '../../base/lru.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { HostOffset } from '../../units.ts'
import type { Geometry } from '../format/geometry.ts'
import type { L2Source } from '../layer-map.ts'
import { fileBytesOf, readWordTable, type WordTable } from '../word-table.ts'
import { DirtyRange } from './dirty-range.ts'
import type { EntryWords } from './image-tables.ts'
import type { TableContent } from './table-content.ts'
import { writeWords } from './write-words.ts'

/** Tables in memory that are as in the file; QEMU's own default for its L2 cache. */
const CACHE_BYTES = 32 * 1024 * 1024

interface Changed {
  readonly words: WordTable
  readonly dirty: DirtyRange
  /** No table of the file refers to it yet: it is written before the ones that will. */
  readonly isNew: boolean
}

/** L2 tables by host offset: those that changed stay in memory until the commit, the others in a cache. */
export class L2Editor implements L2Source {
  readonly #file: WritableFile
  readonly #geometry: Geometry
  readonly #clean = new LruCache<number, WordTable>(CACHE_BYTES, (table) => table.byteLength)
  readonly #changed = new Map<number, Changed>()
  #hits = 0
  #misses = 0

  constructor(file: WritableFile, geometry: Geometry) {
    this.#file = file
    this.#geometry = geometry
  }

  get dirtyBytes(): number {
    return this.#changed.size * this.#geometry.clusterSize
  }

  get lookups(): { readonly hits: number; readonly misses: number } {
    return { hits: this.#hits, misses: this.#misses }
  }

  has(offset: number): boolean {
    return this.#changed.has(offset) || this.#clean.get(offset) !== undefined
  }

  /** Throws `structure-damaged` for a table that is not aligned or not whole inside the file. */
  load(offset: number): WordTable {
    const known = this.#changed.get(offset)?.words ?? this.#clean.get(offset)
    if (known !== undefined) {
      this.#hits++
      return known
    }
    this.#misses++
    this.#mustBeTable(offset)
    const entries = this.#geometry.clusterSize / 8
    const table = readWordTable(this.#file, { at: offset, entries, tag: 'l2-table' })
    this.#clean.set(offset, table)
    return table
  }

  /** As `load`, for who looks at all tables in turn: those that others use stay in memory. */
  peek(offset: number): WordTable {
    const known = this.#changed.get(offset)?.words ?? this.#clean.peek(offset)
    if (known !== undefined) return known
    this.#mustBeTable(offset)
    const entries = this.#geometry.clusterSize / 8
    return readWordTable(this.#file, { at: offset, entries, tag: 'l2-table' })
  }

  readEntry(offset: number, index: number, into: EntryWords): void {
    const words = this.load(offset)
    const at = (index * this.#geometry.l2EntryBytes) / 4
    into.low = words[at] ?? 0
    into.high = words[at + 1] ?? 0
    into.alloc = this.#geometry.hasSubclusters ? (words[at + 2] ?? 0) : 0
    into.zeroes = this.#geometry.hasSubclusters ? (words[at + 3] ?? 0) : 0
  }

  writeEntry(offset: number, index: number, entry: Readonly<EntryWords>): void {
    const { words, dirty } = this.#change(offset)
    const bytes = this.#geometry.l2EntryBytes
    const at = (index * bytes) / 4
    words[at] = entry.low
    words[at + 1] = entry.high
    if (this.#geometry.hasSubclusters) {
      words[at + 2] = entry.alloc
      words[at + 3] = entry.zeroes
    }
    dirty.add(index * bytes, (index + 1) * bytes)
  }

  /** A table in clusters that nobody refers to yet: empty, or with the entries of another. */
  create(offset: HostOffset, source?: number): void {
    const words: WordTable = new Uint32Array(this.#geometry.clusterSize / 4)
    if (source !== undefined) words.set(this.load(source))
    const dirty = new DirtyRange()
    dirty.add(0, this.#geometry.clusterSize)
    this.#clean.delete(offset)
    this.#changed.set(offset, { words, dirty, isNew: true })
  }

  /** The table is no longer referenced: its cluster may become something else. */
  forget(offset: number): void {
    this.#clean.delete(offset)
    this.#changed.delete(offset)
  }

  /** Writes tables: the new ones, or those that the L1 table in the file refers to. */
  write(which: 'new' | 'referenced'): boolean {
    let any = false
    for (const [at, { words, dirty, isNew }] of this.#changed) {
      if (isNew !== (which === 'new') || dirty.isEmpty) continue
      writeWords(this.#file, words, { at, from: dirty.from, to: dirty.to, tag: 'l2-table' })
      any = true
    }
    return any
  }

  /** What was new is durable, and a table of the file may refer to it from now on. */
  newAreDurable(): void {
    for (const [offset, { words, isNew }] of this.#changed) {
      if (isNew) this.#changed.set(offset, { words, dirty: new DirtyRange(), isNew: false })
    }
  }

  /** Host offsets and whole-table writes to come, for the overlap guard. */
  *offsetsToWrite(): Generator<number> {
    yield* this.#changed.keys()
  }

  /** The tables as they are in memory: all that changed, and what the cache holds. */
  *contents(): Generator<TableContent> {
    for (const [at, words] of this.#clean) yield { at, bytes: fileBytesOf(words) }
    for (const [at, { words }] of this.#changed) {
      yield { at, bytes: fileBytesOf(words) }
    }
  }

  committed(): void {
    for (const [offset, { words }] of this.#changed) this.#clean.set(offset, words)
    this.#changed.clear()
  }

  #change(offset: number): Changed {
    const known = this.#changed.get(offset)
    if (known !== undefined) return known
    const changed = { words: this.load(offset), dirty: new DirtyRange(), isNew: false }
    this.#clean.delete(offset)
    this.#changed.set(offset, changed)
    return changed
  }

  #mustBeTable(offset: number): void {
    const { clusterSize } = this.#geometry
    invariant(offset !== 0, 'the header is no L2 table')
    const fileLength = this.#file.size()
    const aligned = isAligned(offset, clusterSize)
    if (aligned && offset + clusterSize <= fileLength) return
    throw new ImageError('structure-damaged', {
      path: this.#file.name,
      structure: 'L2 table',
      offset,
      found: aligned ? `a file that ends at ${fileLength}` : 'an offset inside a cluster',
      expected: aligned ? `${clusterSize} bytes of table` : `a multiple of ${clusterSize}`,
    })
  }
}
