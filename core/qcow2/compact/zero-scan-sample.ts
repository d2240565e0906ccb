import { BitSet } from '../../base/bit-set.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { StoredRuns } from '../../storage/spare-space.ts'
import { use } from './survey.ts'
import { findZeroClusters, type DataClusters } from './zero-scan.ts'

/** Bytes that a sample reads, in so many places. */
const sampleBytes = 64 * 1024 * 1024
const samplePlaces = 64
/** Standard errors of a normal distribution that 95 % lie within. */
const confidence = 1.96

/** How much of the data of an image is zero, judged by a part of it. */
export interface ZeroEstimate {
  readonly zeroBytes: number
  /** Of those, what the host stores: zeroes in holes of the file take no space. */
  readonly storedZeroBytes: number
  /** The truth lies within this of `zeroBytes`, 19 times in 20. */
  readonly marginBytes: number
  /** Of data clusters. */
  readonly totalBytes: number
  readonly bytesRead: number
}

/** Whether a sample would read all there is, so that nothing has to be estimated. */
export const sampleIsAll = (survey: DataClusters): boolean =>
  dataClusters(survey) <= clustersPerPlace(survey) * samplePlaces

const clustersPerPlace = ({ area }: DataClusters): number =>
  Math.max(Math.floor(sampleBytes / samplePlaces / area.geometry.clusterSize), 1)

function dataClusters({ kinds }: DataClusters): number {
  let data = 0
  for (const kind of kinds) if (kind === use.data) data++
  return data
}

/**
 * Estimates how many data clusters are zero from places at even distances over the file: 64 MiB in 64
 * places, or as many clusters where they are larger. Neighbours resemble each other, so each place counts
 * as one observation. For images with more data than that (`sampleIsAll`).
 */
export async function sampleZeroClusters(
  file: BlockFile,
  survey: DataClusters,
  context: OperationContext = {},
): Promise<ZeroEstimate> {
  const { kinds } = survey
  const { clusterSize } = survey.area.geometry
  const data = dataClusters(survey)
  const perPlace = clustersPerPlace(survey)
  const among = spread(kinds, data, perPlace)
  const { clusters, bytesRead } = await findZeroClusters(file, survey, { ...context, among })
  const shares = zeroShares(among, clusters, perPlace)
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
  const squares = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0)
  const standardError = Math.sqrt(squares / (shares.length - 1) / shares.length)
  // Places that all agree still say nothing about one in so many (the "rule of three").
  const margin = Math.max(confidence * standardError, 3 / shares.length)
  const totalBytes = data * clusterSize
  const zeroBytes = Math.round(mean * data) * clusterSize
  return {
    zeroBytes,
    storedZeroBytes: Math.round(zeroBytes * storedShare(file, clusters, clusterSize)),
    marginBytes: Math.ceil(margin * data) * clusterSize,
    totalBytes,
    bytesRead,
  }
}

/** `perPlace` neighbouring data clusters at each of the places, counted by data clusters alone. */
function spread(kinds: Uint8Array, data: number, perPlace: number): BitSet {
  const chosen = new BitSet(kinds.length)
  const stride = data / samplePlaces
  let ordinal = 0
  for (let cluster = 0; cluster < kinds.length; cluster++) {
    if (kinds[cluster] !== use.data) continue
    const place = Math.floor(ordinal / stride)
    const first = Math.floor(place * stride + (stride - perPlace) / 2)
    if (ordinal >= first && ordinal < first + perPlace) chosen.add(cluster)
    ordinal++
  }
  return chosen
}

/** How much of these clusters the host stores, from 0 to 1. */
function storedShare(file: BlockFile, clusters: BitSet, clusterSize: number): number {
  if (clusters.size === 0) return 0
  const runs = new StoredRuns(file)
  const fileLength = file.size()
  let stored = 0
  for (let at = clusters.next(0); at !== undefined; at = clusters.next(at + 1)) {
    stored += runs.storedIn(at * clusterSize, Math.min((at + 1) * clusterSize, fileLength))
  }
  return stored / (clusters.size * clusterSize)
}

/** Of each place, the share of its clusters that are zero. */
function zeroShares(among: BitSet, zeroes: BitSet, perPlace: number): number[] {
  const shares: number[] = []
  let seen = 0
  let found = 0
  for (let at = among.next(0); at !== undefined; at = among.next(at + 1)) {
    if (zeroes.has(at)) found++
    if (++seen % perPlace !== 0) continue
    shares.push(found / perPlace)
    found = 0
  }
  return shares
}
