import { ceilDiv } from '../../base/bits.ts'
import { hostOffset } from '../../units.ts'
import { L1_ENTRY_BYTES, REFCOUNT_TABLE_ENTRY_BYTES } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import type { Allocator } from './allocator.ts'
import type { HostRun } from './host-run.ts'
import type { L1Editor } from './l1-editor.ts'
import type { OverlapGuard } from './overlap-guard.ts'
import type { RefcountEditor } from './refcount-editor.ts'
import type { Told } from './told.ts'

export interface TailStructuresParts {
  readonly geometry: Geometry
  readonly l1: L1Editor
  readonly refcounts: RefcountEditor
  readonly allocator: Allocator
  readonly guard: OverlapGuard
  readonly told: Told
  /** What lay in the run is not referred to any more. */
  readonly drop: (run: HostRun) => void
  /** Gives the L1 table so many entries, in new clusters. */
  readonly resizeL1: (entries: number) => void
}

/** The structures of the active state that may lie at the end of the file and keep it from being cut. */
export class TailStructures {
  readonly #parts: TailStructuresParts

  constructor(parts: TailStructuresParts) {
    this.#parts = parts
  }

  /**
   * Takes what lies last out of the way, in memory: blocks that count nothing are dropped, a structure
   * that is needed goes to a free place further down. False where something else lies there, or where
   * there is no room. Nothing may wait for a commit; afterwards something does.
   */
  clear(): boolean {
    return (
      this.#dropEmptyBlocks() ||
      this.#moveRefcountTable() ||
      this.#moveRefcountBlock() ||
      this.#moveL1()
    )
  }

  #dropEmptyBlocks(): boolean {
    const { refcounts, drop } = this.#parts
    const offsets = refcounts.dropEmptyTail()
    for (const offset of offsets) drop({ offset, clusters: 1 })
    return offsets.length > 0
  }

  #moveRefcountTable(): boolean {
    const { geometry, refcounts, allocator, guard, told, drop } = this.#parts
    const { clusterSize } = geometry
    const { offset, entries } = refcounts.place
    const clusters = ceilDiv(entries * REFCOUNT_TABLE_ENTRY_BYTES, clusterSize)
    const first = offset / clusterSize
    if (refcounts.lastCounted() !== first + clusters - 1) return false
    const needed = ceilDiv(refcounts.entriesUsed * REFCOUNT_TABLE_ENTRY_BYTES, clusterSize)
    if (!allocator.hasRoomBelow(first, needed)) return false
    const run = allocator.reserveTogether(needed)
    const bytes = needed * clusterSize
    refcounts.moveTableTo(run.offset, bytes / REFCOUNT_TABLE_ENTRY_BYTES)
    told.observer?.linked(run.offset / clusterSize, needed)
    guard.add('refcount table', run.offset, bytes)
    drop({ offset: hostOffset(offset), clusters })
    return true
  }

  #moveRefcountBlock(): boolean {
    const { geometry, refcounts, allocator, guard, told, drop } = this.#parts
    const { clusterSize } = geometry
    const last = refcounts.lastCounted()
    const block = refcounts.blockAt(last)
    if (block === -1 || !allocator.hasRoomBelow(last, 1)) return false
    const { offset } = allocator.reserveTogether(1)
    refcounts.moveBlockTo(block, offset)
    told.observer?.linked(offset / clusterSize, 1)
    guard.add('refcount block', offset, clusterSize)
    drop({ offset: hostOffset(last * clusterSize), clusters: 1 })
    return true
  }

  #moveL1(): boolean {
    const { geometry, l1, refcounts, allocator, resizeL1 } = this.#parts
    const { offset, entries } = l1.place
    const clusters = ceilDiv(entries * L1_ENTRY_BYTES, geometry.clusterSize)
    const first = offset / geometry.clusterSize
    if (clusters === 0 || refcounts.lastCounted() !== first + clusters - 1) return false
    if (!allocator.hasRoomBelow(first, clusters)) return false
    resizeL1(entries)
    return true
  }
}
