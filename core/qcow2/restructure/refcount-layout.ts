import { ceilDiv } from '../../base/bits.ts'
import { BinaryWriter } from '../../base/binary.ts'
import { ImageError } from '../../errors/image-error.ts'
import { limits, REFCOUNT_TABLE_ENTRY_BYTES } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import { refcountAccess } from '../format/refcount-block.ts'
import type { HostRun } from '../tables/host-run.ts'
import { fillCounts, PAGE_CLUSTERS } from './count-pages.ts'
import type { HostSpace } from './host-space.ts'

/** The old refcount structure as far as the new one goes on using it. */
export interface KeptBlocks {
  readonly entries: number
  /** Host offset of a block, or 0 for none. */
  offsetOf(index: number): number
}

export interface RefcountLayoutOptions {
  readonly path: string
  readonly space: HostSpace
  /** Of the new structure. */
  readonly geometry: Geometry
  /** undefined when every block is written anew. */
  readonly kept: KeptBlocks | undefined
  /** Clusters of the table at least. */
  readonly tableClusters: number
}

/**
 * Places for a refcount structure that counts itself. Blocks whose counts changed get a new place, which
 * changes the counts of the old place and of the new one, which may lie in other blocks: that goes on
 * until every changed block has a place. Blocks without any count left have none.
 */
export class RefcountLayout {
  readonly #options: RefcountLayoutOptions
  /** Blocks that were changed and have no new place yet. */
  readonly #pending = new Set<number>()
  /** Places of changed blocks; 0 for a block that is not needed. */
  readonly #placed = new Map<number, number>()
  #highest = -1

  constructor(options: RefcountLayoutOptions) {
    this.#options = options
    const { kept } = options
    for (let index = 0; index < (kept?.entries ?? 0); index++) {
      if (kept?.offsetOf(index) !== 0) this.#highest = index
    }
  }

  /** To be told of every change of counts, from the first one on. */
  changed(first: number, clusters: number): void {
    const { refcountBlockEntries: perBlock } = this.#options.geometry
    const last = Math.floor((first + clusters - 1) / perBlock)
    for (let index = Math.floor(first / perBlock); index <= last; index++) {
      if ((this.#placed.get(index) ?? 0) === 0) this.#pending.add(index)
    }
  }

  /** No count changed: the old structure stays as it is. */
  get isUnchanged(): boolean {
    return this.#pending.size === 0 && this.#placed.size === 0
  }

  /** Finds places for all changed blocks and the table. Counts must not change afterwards. */
  place(): HostRun {
    this.#placeBlocks()
    for (;;) {
      const table = this.#options.space.reserve(this.#tableClusters())
      this.#placeBlocks()
      if (table.clusters >= this.#tableClusters()) return table
      this.#options.space.release(table)
    }
  }

  /** The changed blocks that are needed, with their places. */
  *blocks(): Generator<{ readonly index: number; readonly offset: number }> {
    for (const [index, offset] of this.#placed) if (offset !== 0) yield { index, offset }
  }

  /** How many `blocks` gives. */
  get blockCount(): number {
    return this.#placed.size
  }

  /** The bytes of one block. */
  encodeBlock(index: number): Uint8Array {
    const { geometry, space } = this.#options
    const { refcountBlockEntries: perBlock } = geometry
    const access = refcountAccess(geometry.refcountOrder)
    const bytes = new Uint8Array(geometry.clusterSize)
    const first = index * perBlock
    for (let at = 0; at < perBlock;) {
      const pageEnd = (Math.floor((first + at) / PAGE_CLUSTERS) + 1) * PAGE_CLUSTERS - first
      const to = Math.min(perBlock, pageEnd)
      const count = space.uniform(first + at, first + to)
      if (count === undefined) {
        for (let entry = at; entry < to; entry++)
          access.set(bytes, entry, space.count(first + entry))
      } else if (count > 0) {
        fillCounts({ access, bytes }, { from: at, to, count })
      }
      at = to
    }
    return bytes
  }

  /** The bytes of the table. */
  encodeTable({ clusters }: HostRun): Uint8Array {
    const { geometry, kept } = this.#options
    const writer = new BinaryWriter(clusters * geometry.clusterSize)
    for (let index = 0; index <= this.#highest; index++) {
      const offset = this.#placed.get(index) ?? kept?.offsetOf(index) ?? 0
      writer.u64(index * REFCOUNT_TABLE_ENTRY_BYTES, offset)
    }
    return writer.bytes
  }

  #placeBlocks(): void {
    const { space, geometry, kept } = this.#options
    const { refcountBlockEntries: perBlock } = geometry
    // A set iterates over what is added meanwhile, too.
    for (const index of this.#pending) {
      this.#pending.delete(index)
      if (!this.#placed.has(index)) {
        const old = kept?.offsetOf(index) ?? 0
        this.#placed.set(index, 0)
        if (old !== 0) space.remove(space.clusterAt(old), 1, 1)
      }
      if (this.#placed.get(index) !== 0) continue
      if (space.isEmpty(index * perBlock, (index + 1) * perBlock)) continue
      const { offset } = space.reserve(1)
      this.#placed.set(index, offset)
      this.#pending.delete(index)
      this.#highest = Math.max(this.#highest, index)
    }
  }

  #tableClusters(): number {
    const { path, geometry, tableClusters } = this.#options
    const bytes = (this.#highest + 1) * REFCOUNT_TABLE_ENTRY_BYTES
    const clusters = Math.max(1, tableClusters, ceilDiv(bytes, geometry.clusterSize))
    if (clusters * geometry.clusterSize <= limits.refcountTable) return clusters
    throw new ImageError('image-full', {
      path,
      structure: 'refcount table',
      limit: limits.refcountTable,
      found: bytes,
    })
  }
}
