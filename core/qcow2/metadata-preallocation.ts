import { ceilDiv, isAligned } from '../base/bits.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { HeaderArea } from './format/header-area.ts'
import { refcountTableEntries } from './format/header-rules.ts'
import { refcountAccess, refcountBlockOffset } from './format/refcount-block.ts'
import { readWordTable } from './word-table.ts'

/**
 * Whether many more clusters are allocated than the host stores, as after `preallocation=metadata`: then
 * clusters of data may lie in holes of the file. The rule is QEMU's (qcow2_detect_metadata_preallocation):
 * the counted clusters reach ten ninths of the stored ones, and two more at least. Counting stops there,
 * so an image that fills its file costs a look at refcounts for what it stores and no more. Refcounts
 * that cannot be read answer false.
 */
export function isMetadataPreallocated(file: BlockFile, area: HeaderArea): boolean {
  const stored = file.allocatedBytes()
  if (stored === undefined) return false
  const { geometry } = area
  const fileLength = file.size()
  const storedClusters = Math.floor(stored / geometry.clusterSize)
  const threshold = Math.max(Math.floor((storedClusters * 10) / 9), storedClusters + 2)
  const clusters = ceilDiv(fileLength, geometry.clusterSize)
  if (clusters < threshold) return false

  const entries = Math.min(
    refcountTableEntries(area.header, geometry),
    ceilDiv(clusters, geometry.refcountBlockEntries),
  )
  const at = area.header.refcountTableOffset
  const table = readWordTable(file, { at, entries, tag: 'refcount-table' })
  const block = new Uint8Array(geometry.clusterSize)
  const refcounts = refcountAccess(geometry.refcountOrder)
  let counted = 0
  for (let index = 0; index < entries; index++) {
    const offset = refcountBlockOffset(table[2 * index + 1] ?? 0, table[2 * index] ?? 0)
    if (offset === 0) continue
    if (!isAligned(offset, geometry.clusterSize) || offset >= fileLength) return false
    file.readNow(block, offset, 'refcount-block')
    const first = index * geometry.refcountBlockEntries
    const last = Math.min(geometry.refcountBlockEntries, clusters - first)
    for (let entry = 0; entry < last; entry++) {
      if (refcounts.get(block, entry) !== 0 && ++counted >= threshold) return true
    }
  }
  return false
}
