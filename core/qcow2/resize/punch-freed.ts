import { hostOffset } from '../../units.ts'
import type { HostRun } from '../tables/host-run.ts'
import type { ImageTables } from '../tables/image-tables.ts'

/**
 * Gives the host the space of clusters that the last commits made free and the file still has, and tells
 * `onPunched` which they were: they read as zeroes now.
 */
export function punchFreed(
  tables: ImageTables,
  onPunched: (first: number, clusters: number) => void = () => {},
): void {
  const { clusterSize } = tables.geometry
  const fileLength = tables.file.size()
  for (const run of tables.takeFreed()) {
    for (const { offset, clusters } of stillFree(tables, run)) {
      const length = Math.min(clusters * clusterSize, fileLength - offset)
      if (length <= 0) continue
      if (tables.file.punchHole(offset, length) === 'unsupported') return
      onPunched(offset / clusterSize, Math.ceil(length / clusterSize))
    }
  }
}

/** The parts of a run that nobody was given since. */
function* stillFree(tables: ImageTables, { offset, clusters }: HostRun): Generator<HostRun> {
  const { clusterSize } = tables.geometry
  const first = offset / clusterSize
  const end = first + clusters
  for (let cluster = first; cluster < end; cluster++) {
    const start = cluster
    while (cluster < end && tables.refcount(cluster) === 0) cluster++
    if (cluster > start) {
      yield { offset: hostOffset(start * clusterSize), clusters: cluster - start }
    }
  }
}
