import { ceilDiv, pow2 } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import { L1_ENTRY_BYTES, limits, REFCOUNT_TABLE_ENTRY_BYTES } from '../format/constants.ts'
import type { Qcow2Settings } from './settings.ts'

/**
 * Where everything is in a new image. All of a kind is in one place, so that tables are written in one
 * go and preallocated guest data is one stretch of the file, in guest order:
 *
 *     header | refcount table | first refcount block | L1 | other refcount blocks | L2 tables | data
 *
 * Without preallocation that is, byte for byte, what QEMU makes. (Where a new image has many refcount
 * blocks, with clusters of 512 bytes that is, QEMU puts them in the order it comes to need them.)
 */
export interface ImageLayout {
  readonly virtualSize: number
  readonly refcountTable: Stretch
  readonly firstRefcountBlock: Stretch
  readonly otherRefcountBlocks: Stretch
  /** Bytes of its entries in `length`; offset 0 for a disk of 0 bytes. */
  readonly l1: Stretch
  readonly l2: Stretch
  /** Guest clusters in this file: none unless preallocated, and none with a data file. */
  readonly data: Stretch
  readonly guestClusters: number
  /** Clusters with a reference: exactly those that the refcounts count. */
  readonly clusters: number
  /** Bytes. The last table is not filled up to its cluster's end when nothing comes after it. */
  readonly fileLength: number
}

/** Bytes that lie together. */
export interface Stretch {
  readonly offset: number
  readonly length: number
}

/** Throws `disk-too-large` when the image would need more refcounts than the format can have. */
export function layOut(settings: Qcow2Settings, virtualSize: number): ImageLayout {
  const { clusterSize } = settings
  const guestClusters = ceilDiv(virtualSize, clusterSize)
  const l2Entries = clusterSize / (settings.extendedL2 ? 16 : 8)
  const l1Entries = ceilDiv(guestClusters, l2Entries)
  const l1Length = l1Entries * L1_ENTRY_BYTES
  const isPreallocated = settings.preallocation !== 'off'
  const l2Clusters = isPreallocated ? l1Entries : 0
  const dataClusters = isPreallocated && settings.dataFile === 'none' ? guestClusters : 0
  const l1Clusters = ceilDiv(l1Length, clusterSize)
  const counted = 1 + l1Clusters + l2Clusters + dataClusters
  const { tableClusters, blocks } = refcountsFor(counted, settings)

  let next = clusterSize
  const place = (length: number): Stretch => {
    const offset = next
    next += ceilDiv(length, clusterSize) * clusterSize
    return { offset, length }
  }
  const refcountTable = place(tableClusters * clusterSize)
  const firstRefcountBlock = place(clusterSize)
  const l1 = l1Length === 0 ? { offset: 0, length: 0 } : place(l1Length)
  const otherRefcountBlocks = place((blocks - 1) * clusterSize)
  const l2 = place(l2Clusters * clusterSize)
  const data = place(dataClusters * clusterSize)
  const clusters = next / clusterSize
  const isL1Last = l1Length > 0 && blocks === 1 && l2Clusters === 0
  return {
    virtualSize,
    refcountTable,
    firstRefcountBlock,
    otherRefcountBlocks,
    l1,
    l2,
    data,
    guestClusters,
    clusters,
    fileLength: isL1Last ? l1.offset + l1Length : next,
  }
}

/** The refcount structure that counts `others` clusters and its own. */
function refcountsFor(others: number, { clusterSize, refcountOrder }: Qcow2Settings) {
  const perBlock = (clusterSize * 8) / pow2(refcountOrder)
  let blocks = 1
  let tableClusters = 1
  for (;;) {
    const needed = ceilDiv(others + tableClusters + blocks, perBlock)
    const table = ceilDiv(needed * REFCOUNT_TABLE_ENTRY_BYTES, clusterSize)
    if (needed <= blocks && table <= tableClusters) break
    blocks = Math.max(blocks, needed)
    tableClusters = Math.max(tableClusters, table)
  }
  const bytes = tableClusters * clusterSize
  if (bytes > limits.refcountTable) {
    const limit = (limits.refcountTable / REFCOUNT_TABLE_ENTRY_BYTES) * perBlock * clusterSize
    throw new ImageError('disk-too-large', {
      found: others * clusterSize,
      limit,
      structure: 'the refcount table of a preallocated image',
      field: 'cluster size',
    })
  }
  return { tableClusters, blocks }
}
