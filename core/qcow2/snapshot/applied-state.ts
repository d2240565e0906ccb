import { ceilDiv } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { L1_ENTRY_BYTES, limits } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { snapshotExtras, type SnapshotEntry } from '../format/snapshot-table.ts'
import type { WordTable } from '../word-table.ts'
import { snapshotTree } from './active-tree.ts'
import { L1Tree } from './l1-tree.ts'

/** What the active state becomes when a snapshot is applied. */
export interface AppliedState {
  /** Bytes of the disk: it gets the size it had, as with QEMU. */
  readonly size: number
  readonly snapshot: L1Tree
  /** Entries of the snapshot's L1 table that map the disk; a VM state lies behind them. */
  readonly entries: number
  /** The new active table; its flags are still the snapshot's. */
  readonly active: L1Tree
}

/** Throws `structure-damaged` for a disk size that no L1 table of the format can map. */
export function appliedState(
  file: BlockFile,
  area: HeaderArea,
  entry: SnapshotEntry,
): AppliedState {
  const { geometry, header } = area
  // Entries of old tools do not say; then the image was not resized since, for such tools refused to.
  const size = snapshotExtras(entry).diskSize ?? header.size
  const needed = ceilDiv(size, geometry.l2Coverage)
  if (needed * L1_ENTRY_BYTES > limits.l1Table) {
    throw new ImageError('structure-damaged', {
      path: file.name,
      structure: 'snapshot table',
      offset: header.snapshotsOffset,
      found: `a disk of ${size} bytes`,
      expected: `at most ${(limits.l1Table / L1_ENTRY_BYTES) * geometry.l2Coverage} bytes`,
    })
  }
  const snapshot = snapshotTree(file, area, entry)
  const entries = Math.min(snapshot.entries, needed)
  const l1: WordTable = new Uint32Array(2 * Math.max(needed, 1))
  l1.set(snapshot.l1.subarray(0, 2 * entries))
  return { size, snapshot, entries, active: L1Tree.of(file, geometry, l1) }
}
