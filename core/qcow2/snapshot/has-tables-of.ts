import type { BlockFile } from '../../storage/block-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { activeTree } from './active-tree.ts'
import { appliedState } from './applied-state.ts'

/**
 * Whether the present state has the very L2 tables of a snapshot, and none besides: then the two read the same,
 * for a table that both have is copied before anything in it changes.
 */
export function hasTablesOf(file: BlockFile, area: HeaderArea, entry: SnapshotEntry): boolean {
  const present = activeTree(file, area)
  const then = appliedState(file, area, entry).active
  const entries = Math.max(present.entries, then.entries)
  for (let index = 0; index < entries; index++) {
    if (present.l2OffsetAt(index) !== then.l2OffsetAt(index)) return false
  }
  return true
}
