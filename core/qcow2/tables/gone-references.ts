import { hostOffset } from '../../units.ts'
import type { HostRun } from './host-run.ts'

/** References that are gone from the tables in memory, and whose counts fall with the next commit. */
export class GoneReferences {
  readonly #clusterSize: number
  #runs: HostRun[] = []

  constructor(clusterSize: number) {
    this.#clusterSize = clusterSize
  }

  /** One reference to each cluster of the run. */
  add(run: HostRun): void {
    addJoined(this.#runs, run, this.#clusterSize)
  }

  /** All that were added since; a cluster is in as many runs as it lost references. */
  take(): readonly HostRun[] {
    const runs = this.#runs
    this.#runs = []
    return runs
  }

  *[Symbol.iterator](): Generator<HostRun> {
    yield* this.#runs
  }
}

/** Adds a run to the end of a list, as one with the last run where it goes on there. */
export function addJoined(runs: HostRun[], run: HostRun, clusterSize: number): void {
  const last = runs.at(-1)
  if (last !== undefined && last.offset + last.clusters * clusterSize === run.offset) {
    runs[runs.length - 1] = { offset: last.offset, clusters: last.clusters + run.clusters }
  } else runs.push(run)
}

/** How often each cluster is in the runs. */
export function timesIn(runs: Iterable<HostRun>, clusterSize: number): Map<number, number> {
  const times = new Map<number, number>()
  for (const { offset, clusters } of runs) {
    const first = offset / clusterSize
    for (let cluster = first; cluster < first + clusters; cluster++) {
      times.set(cluster, (times.get(cluster) ?? 0) + 1)
    }
  }
  return times
}

/** One cluster as a run. */
export const runOfOne = (cluster: number, clusterSize: number): HostRun => ({
  offset: hostOffset(cluster * clusterSize),
  clusters: 1,
})
