import type { RoundParts } from './round-parts.ts'
import type { Use } from './survey.ts'
import { indexOf } from './table-weights.ts'

/** Whether any cluster of a kind moves in this round. */
export const movesAny = ({ round: { singles, layout } }: RoundParts, kind: Use): boolean =>
  singles.sources.some((source) => layout.kinds[source] === kind)

/** One entry that refers to a cluster. */
interface SingleReference {
  /** Host offset of the entry. */
  readonly at: number
  readonly cluster: number
  readonly weight: number
}

/** Lets entries follow clusters of one kind, and has those copied. */
export class SingleReferences {
  readonly #parts: RoundParts
  readonly #kind: Use
  /** By index of the source: 1 once it is in a batch. */
  readonly #copied: Uint8Array

  constructor(parts: RoundParts, kind: Use) {
    this.#parts = parts
    this.#kind = kind
    this.#copied = new Uint8Array(parts.round.singles.sources.length)
  }

  follow({ at, cluster, weight }: SingleReference, tag: 'bitmap' | 'l1-table'): void {
    const { batch, refcounts, round } = this.#parts
    const { kinds, clusterSize } = round.layout
    const index = indexOf(round.singles.sources, cluster)
    if (index === undefined || kinds[cluster] !== this.#kind) return
    const to = round.singles.destinations[index] ?? 0
    if (this.#copied[index] === 0) {
      this.#copied[index] = 1
      batch.copy(cluster * clusterSize, to * clusterSize, clusterSize)
      batch.count(to, refcounts.get(cluster))
    }
    batch.patches.refer(at, to * clusterSize, tag)
    batch.leave(cluster, weight)
  }

  async commitWhenFull(): Promise<void> {
    const { batch, breathe } = this.#parts
    if (batch.isFull) await batch.commit()
    const turn = breathe()
    if (turn !== undefined) await turn
  }
}
