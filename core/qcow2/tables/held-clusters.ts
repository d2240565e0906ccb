import { runOfOne } from './gone-references.ts'
import type { HostRun } from './host-run.ts'

/**
 * Clusters that are counted once although nothing refers to them: somebody prepares what will, and may
 * give them back. As many as one batch of that work takes.
 */
export class HeldClusters {
  readonly #clusterSize: number
  readonly #clusters = new Set<number>()

  constructor(clusterSize: number) {
    this.#clusterSize = clusterSize
  }

  add(cluster: number): void {
    this.#clusters.add(cluster)
  }

  delete(cluster: number): boolean {
    // Nearly always there are none.
    return this.#clusters.size > 0 && this.#clusters.delete(cluster)
  }

  /** Each as a run of one. */
  *runs(): Generator<HostRun> {
    for (const cluster of this.#clusters) yield runOfOne(cluster, this.#clusterSize)
  }
}
