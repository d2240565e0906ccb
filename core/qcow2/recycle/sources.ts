import { isAligned } from '../../base/bits.ts'
import type { Geometry } from '../format/geometry.ts'
import { COPIED_HIGH, entryOffset } from '../format/l1-entry.ts'
import { isCompressed } from '../format/l2-entry.ts'
import type { EditableTables } from '../tables/editable-tables.ts'
import type { WordTable } from '../word-table.ts'
import type { ClusterMap } from './cluster-map.ts'
import { ClusterSet } from './cluster-set.ts'

/** What a pass is to move. */
export interface Sources {
  /** All that moves lies at or behind this host cluster, and goes before it. */
  readonly boundary: number
  /** How many clusters that are. */
  readonly clusters: number
  /** The L1 entries whose tables move or refer to what moves. */
  readonly tables: readonly number[]
}

export interface Looking {
  readonly breathe: () => Promise<void> | undefined
  /** Whether the tables are those of the image still. */
  readonly isCurrent: () => boolean
}

/** The host cluster that an entry of an L2 table has for itself, -1 where there is none that can move. */
export function ownCluster(words: WordTable, entry: number, geometry: Geometry): number {
  const at = (entry * geometry.l2EntryBytes) / 4
  const high = words[at + 1] ?? 0
  if (high < COPIED_HIGH || isCompressed(high)) return -1
  const offset = entryOffset(high, words[at] ?? 0)
  // A damaged entry stays as it is: whoever reads it is told.
  if (offset === 0 || !isAligned(offset, geometry.clusterSize)) return -1
  return offset / geometry.clusterSize
}

/**
 * Looks through the active state for clusters that have to move so that the file can be cut: those
 * behind where it would end if all clusters in use lay together, and behind the last one that cannot move
 * (shared with a snapshot, packed, a bitmap's), for moving others frees nothing as long as that one is
 * there. The guest may go on meanwhile, so all of it may be different when it is used. Gives undefined when
 * there is nothing to move, and `outdated` when other tables have taken the place of these meanwhile: what
 * those lead to may be anything.
 */
export async function findSources(
  tables: EditableTables,
  map: ClusterMap,
  { breathe, isCurrent }: Looking,
): Promise<Sources | 'outdated' | undefined> {
  const packedEnd = Math.max(0, map.top - freeBelow(map))
  if (map.top <= packedEnd) return undefined
  const movable = new ClusterSet()
  const found: { readonly index: number; readonly highest: number }[] = []
  for (let index = 0; index < tables.l1.place.entries; index++) {
    const rest = breathe()
    if (rest !== undefined) await rest
    if (!isCurrent()) return 'outdated'
    const highest = addMovable(tables, map, index, { from: packedEnd, movable })
    if (highest !== -1) found.push({ index, highest })
  }
  const boundary = await boundaryOf(tables, map, { packedEnd, movable }, breathe)
  let clusters = 0
  for (let at = movable.first(boundary); at !== -1; at = movable.first(at + 1)) clusters++
  if (clusters === 0) return undefined
  const indices = found.filter(({ highest }) => highest >= boundary).map(({ index }) => index)
  return { boundary, clusters, tables: indices }
}

/** Free clusters before the last one in use. */
const freeBelow = (map: ClusterMap): number => map.free - (map.end - map.top)

/** Adds what moves with L1 entry `index`, from cluster `from` on; gives the highest, or -1. */
function addMovable(
  tables: EditableTables,
  map: ClusterMap,
  index: number,
  { from, movable }: { readonly from: number; readonly movable: ClusterSet },
): number {
  const { geometry } = tables
  const offset = tables.l1.l2OffsetAt(index)
  if (offset === 0 || !tables.l1.isCopied(index)) return -1
  let highest = -1
  const add = (cluster: number) => {
    // Entries of a damaged image lead far beyond the file.
    if (cluster < from || cluster >= map.end) return
    movable.add(cluster)
    highest = Math.max(highest, cluster)
  }
  add(offset / geometry.clusterSize)
  if (tables.area.dataFileName !== undefined) return highest
  const words = tables.peekL2(offset)
  for (let entry = 0; entry < geometry.l2Entries; entry++) add(ownCluster(words, entry, geometry))
  return highest
}

/** Behind the last cluster that stays. */
async function boundaryOf(
  tables: EditableTables,
  map: ClusterMap,
  { packedEnd, movable }: { readonly packedEnd: number; readonly movable: ClusterSet },
  breathe: () => Promise<void> | undefined,
): Promise<number> {
  for (let cluster = map.top - 1; cluster >= packedEnd; cluster--) {
    const pause = cluster % 1024 === 0 ? breathe() : undefined
    if (pause !== undefined) await pause
    if (movable.has(cluster) || map.standing(cluster) !== 'used') continue
    if (!tables.yieldsToTrim(cluster)) return cluster + 1
  }
  return packedEnd
}
