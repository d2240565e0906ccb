import { breather, throwIfAborted } from '../base/abort.ts'
import type { OperationContext } from '../progress.ts'
import { DataClusters } from '../qcow2/encode/data-clusters.ts'
import { isZeroCluster } from '../qcow2/encode/zero-clusters.ts'
import type { Geometry } from '../qcow2/format/geometry.ts'
import type { ByteSource } from './byte-source.ts'
import { sourcePieces, type PieceOptions } from './source-pieces.ts'

export interface FoundData {
  readonly clusters: DataClusters
  /** The source, of which everything but these clusters is known to be zero. */
  readonly source: ByteSource
}

/** Reads a disk and looks which of its clusters hold something else than zeroes. */
export async function findDataClusters(
  source: ByteSource,
  { clusterSize, l2Entries }: Geometry,
  pieces: PieceOptions,
  { signal, pause, onProgress }: OperationContext,
): Promise<FoundData> {
  const clusters = new DataClusters(l2Entries)
  const breathe = breather(signal, { pause })
  const report = (done: number): void =>
    onProgress?.({ phase: 'scan', done, total: source.length, unit: 'bytes' })
  report(0)
  for await (const { at, bytes, release } of sourcePieces(source, pieces)) {
    throwIfAborted(signal)
    for (let from = 0; from < bytes.length; from += clusterSize) {
      const isZero = isZeroCluster(bytes, from, from + clusterSize)
      if (!isZero) clusters.add((at + from) / clusterSize)
    }
    release()
    report(Math.min(at + bytes.length, source.length))
    await breathe()
  }
  report(source.length)
  return { clusters, source: knownSource(source, clusters, clusterSize) }
}

const knownSource = (
  source: ByteSource,
  clusters: DataClusters,
  clusterSize: number,
): ByteSource => ({
  length: source.length,
  read: (into, at, signal) => source.read(into, at, signal),
  runAt(at, limit) {
    const last = Math.ceil((at + limit) / clusterSize)
    const { hasData, end } = clusters.runAt(Math.floor(at / clusterSize), last)
    return { length: Math.min(end * clusterSize - at, limit), isZero: !hasData }
  },
})
