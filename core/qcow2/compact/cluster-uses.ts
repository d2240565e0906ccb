import { ImageError } from '../../errors/image-error.ts'
import { countKind, inTurns } from './in-turns.ts'
import type { StructureRun, Structures } from './structure-runs.ts'
import { use, type Use } from './survey.ts'

/** Content with two uses, until `finish`: it is not what a header is, which nothing else may use. */
const mixed = 254

/** What clusters have been found to be used for so far; refuses what cannot be true. */
export class ClusterUses {
  readonly clusterSize: number
  readonly #name: string
  /** One more than the file has: a structure may end in a last cluster that the file does not reach. */
  readonly #kinds: Uint8Array
  #length: number
  #references = 0

  constructor(name: string, hostClusters: number, clusterSize: number) {
    this.#name = name
    this.clusterSize = clusterSize
    this.#kinds = new Uint8Array(hostClusters + 1)
    this.#length = hostClusters
  }

  /** Clusters of the file, with one past its end if something lies there. */
  get length(): number {
    return this.#length
  }

  /** Of all that was counted with `refer`. */
  get references(): number {
    return this.#references
  }

  /** So many references to clusters were found. */
  refer(references: number): void {
    this.#references += references
  }

  kindOf(cluster: number): number {
    return this.#kinds[cluster] ?? use.free
  }

  /** Clusters that nothing else may use. */
  markMetadata(first: number, clusters: number, kind: Use, structure: string): void {
    for (let cluster = first; cluster < first + clusters; cluster++) {
      this.#mustExist(cluster, structure)
      if (this.#kinds[cluster] !== use.free) throw this.#contradiction(cluster, structure)
      this.#kinds[cluster] = kind
    }
  }

  /** An L2 table; several L1 entries may refer to it. */
  markTable(cluster: number): void {
    if (this.#kinds[cluster] !== use.l2) this.markMetadata(cluster, 1, use.l2, 'L2 table')
  }

  /** Content; several may refer to it, and what two kinds refer to stays where it is. */
  markContent(
    cluster: number,
    kind: typeof use.data | typeof use.packed | typeof use.bitmapData,
  ): void {
    this.#mustExist(cluster, 'data cluster')
    const known = this.kindOf(cluster)
    switch (known) {
      case use.free:
        this.#kinds[cluster] = kind
        break
      case kind:
      case mixed:
        break
      case use.data:
      case use.packed:
      case use.bitmapData:
        this.#kinds[cluster] = mixed
        break
      default:
        throw this.#contradiction(cluster, 'data cluster')
    }
  }

  markUnused(cluster: number, kind: typeof use.leaked | typeof use.uncounted): void {
    this.#kinds[cluster] = kind
  }

  /** A data cluster that is going to be let go of. */
  markZero(cluster: number): void {
    this.#kinds[cluster] = use.zero
  }

  markEmptied(table: number): void {
    this.#kinds[table] = use.emptied
  }

  /** Gives those that may move, in the order of the file. */
  markRuns({ runs, unmovable }: Structures): readonly StructureRun[] {
    for (const { clusters } of [...unmovable, ...runs]) this.refer(clusters)
    for (const { first, clusters, kind } of unmovable) {
      this.markMetadata(first, clusters, use.fixed, kind)
    }
    const byPlace = Map.groupBy(runs, ({ kind, first, clusters }) => `${kind} ${first} ${clusters}`)
    const movable: StructureRun[] = []
    for (const same of byPlace.values()) {
      const [run] = same
      if (run === undefined) continue
      // Snapshots may share an L1 table: one of two pointers, changed alone, would take it from the other.
      const kind = same.length === 1 ? use.run : use.fixed
      this.markMetadata(run.first, run.clusters, kind, run.kind)
      if (same.length === 1) movable.push(run)
    }
    return movable.toSorted((one, other) => one.first - other.first)
  }

  /** The clusters of one kind, ascending. */
  async clustersOf(kind: Use, breathe: () => Promise<void> | undefined): Promise<Uint32Array> {
    const kinds = this.#kinds
    const clusters = new Uint32Array(await countKind(kinds, kind, breathe))
    let next = 0
    await inTurns(0, kinds.length, {
      breathe,
      visit: (from, to) => {
        for (let cluster = from; cluster < to; cluster++) {
          if (kinds[cluster] === kind) clusters[next++] = cluster
        }
      },
    })
    return clusters
  }

  /** Gives the kinds of all clusters; with `dataIsFixed`, data stays where it is. */
  async finish(
    { dataIsFixed }: { readonly dataIsFixed: boolean },
    breathe: () => Promise<void> | undefined,
  ): Promise<Uint8Array> {
    const kinds = this.#kinds.subarray(0, this.#length)
    await inTurns(0, kinds.length, {
      breathe,
      visit: (from, to) => {
        for (let cluster = from; cluster < to; cluster++) {
          const kind = kinds[cluster]
          if (kind === mixed || (dataIsFixed && kind === use.data)) kinds[cluster] = use.fixed
        }
      },
    })
    return kinds
  }

  #mustExist(cluster: number, structure: string): void {
    if (Number.isInteger(cluster) && cluster < this.#kinds.length) {
      this.#length = Math.max(this.#length, cluster + 1)
      return
    }
    throw new ImageError('structure-damaged', {
      path: this.#name,
      structure,
      offset: cluster * this.clusterSize,
      found: `a place in a file of ${this.#kinds.length - 1} clusters`,
      expected: 'whole clusters inside it',
    })
  }

  #contradiction(cluster: number, structure: string): ImageError {
    return new ImageError('structure-damaged', {
      path: this.#name,
      structure,
      offset: cluster * this.clusterSize,
      found: 'a cluster that is used for something else, too',
      expected: 'one of its own',
    })
  }
}
