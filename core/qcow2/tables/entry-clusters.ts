import { entryOffset } from '../format/l1-entry.ts'
import {
  compressedLength,
  compressedOffset,
  compressedSectors,
  isCompressed,
} from '../format/l2-entry.ts'
import type { Geometry } from '../format/geometry.ts'

/** Neighbouring host clusters, by number. */
export interface ClusterSpan {
  readonly first: number
  readonly clusters: number
}

/** The host clusters that the sectors of a compressed descriptor touch. */
export function packedSpan(high: number, low: number, geometry: Geometry): ClusterSpan {
  const { clusterSize } = geometry
  const offset = compressedOffset(high, low, geometry)
  const bytes = compressedLength(offset, compressedSectors(high, geometry))
  const first = Math.floor(offset / clusterSize)
  return { first, clusters: Math.floor((offset + bytes - 1) / clusterSize) - first + 1 }
}

/** The host clusters that an L2 entry refers to; its offset is one of the image file. */
export function entrySpan(high: number, low: number, geometry: Geometry): ClusterSpan {
  if (isCompressed(high)) return packedSpan(high, low, geometry)
  const offset = entryOffset(high, low)
  return { first: offset / geometry.clusterSize, clusters: offset === 0 ? 0 : 1 }
}
