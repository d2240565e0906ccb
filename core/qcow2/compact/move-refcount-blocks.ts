import { hostOffset } from '../../units.ts'
import type { RoundParts } from './round-parts.ts'
import { movesAny } from './single-references.ts'
import { use } from './survey.ts'
import { indexOf } from './table-weights.ts'

/** Refcount blocks that move together: they wait in memory, whole. */
const blocksAtOnce = 256

/**
 * Level 4: refcount blocks. A block is a copy that goes on changing, so the places are counted, and that
 * is durable, before any of them is written anew: whatever subset of the table's entries a power cut
 * keeps, the blocks that it leads to count all places.
 */
export async function moveRefcountBlocks(parts: RoundParts): Promise<void> {
  if (!movesAny(parts, use.refcountBlock)) return
  const { file, refcounts, round, onCopied, breathe } = parts
  const { singles, layout } = round
  const moving: { readonly block: number; readonly from: number; readonly to: number }[] = []
  const moveAll = async () => {
    for (const { to } of moving) refcounts.set(to, 1)
    refcounts.writeBlocks()
    await file.flush()
    refcounts.committed()
    for (const { block, to } of moving) {
      refcounts.moveBlockTo(block, hostOffset(to * layout.clusterSize))
    }
    refcounts.writeBlocks()
    await file.flush()
    refcounts.writeTableEntries()
    await file.flush()
    refcounts.committed()
    for (const { from } of moving) refcounts.set(from, 0)
    onCopied(moving.length * layout.clusterSize)
    moving.length = 0
  }
  for (let block = 0; block < round.blocks; block++) {
    const from = layout.refcountBlocks[block] ?? 0
    const index = from === 0 ? undefined : indexOf(singles.sources, from)
    if (index === undefined) continue
    moving.push({ block, from, to: singles.destinations[index] ?? 0 })
    if (moving.length < blocksAtOnce) continue
    await moveAll()
    await breathe()
  }
  if (moving.length > 0) await moveAll()
}
