import { HIGH_UNIT } from '../../base/word64.ts'
import type { IoTag } from '../../storage/io-tag.ts'
import { hostOffset } from '../../units.ts'
import { REFCOUNT_TABLE_ENTRY_BYTES } from '../format/constants.ts'
import type { RunMove } from './move-round.ts'
import { PointerPatches } from './pointer-patches.ts'
import type { RoundParts } from './round-parts.ts'
import type { StructureRun } from './structure-runs.ts'

/**
 * Level 5: structures of several clusters. Each is found by one pointer. What holds pointers to others (the
 * snapshot table, the bitmap directory) moves alone, so that its copy never misses one; and where a run
 * goes to what another one has left, that one is gone for good first.
 */
export async function moveRuns(parts: RoundParts): Promise<void> {
  const { batch, round, area, breathe } = parts
  const { clusterSize } = round.layout
  /** Where the holders of pointers are now. */
  const places: Record<Holder, number> = {
    'snapshot-table': area.header.snapshotsOffset,
    'bitmap-directory': area.bitmaps?.directoryOffset ?? 0,
  }
  let firstLeft = Infinity
  const settle = async () => {
    await batch.finish()
    firstLeft = Infinity
  }
  for (const move of round.runs) {
    const { run, to } = move
    const pause = breathe()
    if (pause !== undefined) await pause
    const { kind } = run
    const isAlone = isHolder(kind) || kind === 'refcount-table'
    if (isAlone || to + run.clusters > firstLeft) await settle()
    if (kind === 'refcount-table') {
      await moveRefcountTable(parts, move)
      continue
    }
    const base = run.pointer.in === undefined ? 0 : places[run.pointer.in]
    batch.copy(run.first * clusterSize, to * clusterSize, run.clusters * clusterSize)
    for (let index = 0; index < run.clusters; index++) {
      batch.count(to + index, 1)
      batch.leave(run.first + index, 1)
    }
    setPointer(batch.patches, run, base, to * clusterSize)
    firstLeft = Math.min(firstLeft, run.first)
    if (isHolder(kind)) {
      await settle()
      places[kind] = to * clusterSize
    } else if (batch.isFull) await settle()
  }
  await settle()
}

type Holder = 'snapshot-table' | 'bitmap-directory'

const isHolder = (kind: StructureRun['kind']): kind is Holder =>
  kind === 'snapshot-table' || kind === 'bitmap-directory'

function setPointer(
  patches: Pick<PointerPatches, 'set'>,
  { pointer }: StructureRun,
  base: number,
  offset: number,
): void {
  const tags: Record<Holder, IoTag> = {
    'snapshot-table': 'snapshot-table',
    'bitmap-directory': 'bitmap',
  }
  const tag = pointer.in === undefined ? 'header' : tags[pointer.in]
  patches.set(base + pointer.at, Math.floor(offset / HIGH_UNIT), offset % HIGH_UNIT, tag)
}

/** What is in memory of the table goes to the new place, since it goes on changing there. */
async function moveRefcountTable(
  { file, refcounts, onCopied, round: { layout } }: RoundParts,
  { run, to }: RunMove,
): Promise<void> {
  const { clusterSize } = layout
  for (let index = 0; index < run.clusters; index++) refcounts.set(to + index, 1)
  const entries = (run.clusters * clusterSize) / REFCOUNT_TABLE_ENTRY_BYTES
  refcounts.moveTableTo(hostOffset(to * clusterSize), entries)
  refcounts.writeBlocks()
  await file.flush()
  refcounts.movedIsDurable()
  const pointer = new PointerPatches()
  setPointer(pointer, run, 0, to * clusterSize)
  pointer.apply(file)
  await file.flush()
  refcounts.committed()
  for (let index = 0; index < run.clusters; index++) refcounts.set(run.first + index, 0)
  onCopied(run.clusters * clusterSize)
}
