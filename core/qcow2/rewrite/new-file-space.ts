import { pow2 } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import type { Geometry } from '../format/geometry.ts'
import { refcountAccess } from '../format/refcount-block.ts'
import { HostSpace } from '../restructure/host-space.ts'
import { RefcountLayout } from '../restructure/refcount-layout.ts'
import type { HostRun } from '../tables/host-run.ts'

/** Host offsets in table entries have 56 bits; safe integers end earlier. */
const MAX_OFFSET = pow2(53) - pow2(22)

/**
 * The clusters of a file that is written from its start to its end, each given out once, and how often
 * the new tables refer to each. Memory is bounded (CountPages).
 */
export class NewFileSpace {
  /** The highest count that the refcounts can say. */
  readonly mostReferences: number
  readonly #path: string
  readonly #clusterSize: number
  readonly #space: HostSpace
  readonly #layout: RefcountLayout
  #end = 0

  constructor(path: string, geometry: Geometry) {
    const { clusterSize, refcountOrder } = geometry
    this.#path = path
    this.#clusterSize = clusterSize
    this.mostReferences = refcountAccess(refcountOrder).max
    this.#space = new HostSpace({
      path,
      clusterSize,
      refcountOrder,
      source: () => 0,
      strict: false,
      knownEnd: 0,
      onChange: (first, clusters) => this.#layout.changed(first, clusters),
    })
    this.#layout = new RefcountLayout({
      path,
      space: this.#space,
      geometry,
      kept: undefined,
      tableClusters: 1,
    })
  }

  /** Where the next cluster will be. */
  get end(): HostOffset {
    return hostOffset(this.#end)
  }

  /** The next clusters, which nobody refers to yet. Throws `image-full`. */
  take(clusters: number): HostOffset {
    const offset = this.end
    this.#end += clusters * this.#clusterSize
    if (this.#end > MAX_OFFSET) {
      const found = this.#end
      throw new ImageError('image-full', { path: this.#path, limit: MAX_OFFSET, found })
    }
    return offset
  }

  /** `times` more references to each of the clusters. Throws `refcount-overflow`. */
  refer(offset: number, clusters: number, times: number): void {
    this.#space.add(this.#space.clusterAt(offset), clusters, times)
  }

  /** References to the cluster at `offset`. */
  references(offset: number): number {
    return this.#space.count(this.#space.clusterAt(offset))
  }

  /** The next clusters with one reference, for a structure that one pointer finds. */
  structure(clusters: number): HostOffset {
    const offset = this.take(clusters)
    if (clusters > 0) this.refer(offset, clusters, 1)
    return offset
  }

  /** Places the refcounts of all that was counted, and of themselves. Nothing is given out after it. */
  placeRefcounts(): NewRefcounts {
    const table = this.#layout.place()
    this.#end = this.#space.knownEnd * this.#clusterSize
    return { table, layout: this.#layout }
  }
}

export interface NewRefcounts {
  readonly table: HostRun
  readonly layout: Pick<RefcountLayout, 'blocks' | 'encodeBlock' | 'encodeTable'>
}
