import { refcountAccess } from '../format/refcount-block.ts'
import { inTurns } from './in-turns.ts'
import type { L1Place } from './l1-rows.ts'
import type { PackedList } from './packed-list.ts'
import type { StructureRun } from './structure-runs.ts'
import { use, type Survey } from './survey.ts'
import type { TableWeights } from './table-weights.ts'

/** Where everything is: what a survey found, or what one will find after the moves that were planned. */
export interface Layout {
  readonly clusterSize: number
  /** Clusters that one refcount block counts. */
  readonly perBlock: number
  readonly mostReferences: number
  /** By host cluster, as long as the file. */
  readonly kinds: Uint8Array
  readonly runs: readonly StructureRun[]
  readonly l1Places: readonly L1Place[]
  readonly tables: TableWeights
  readonly packed: PackedList
  readonly refcountBlocks: Uint32Array
}

/** The layout of a surveyed image once its zero clusters are let go of and nothing is leaked. */
export async function layoutOf(
  survey: Survey,
  breathe: () => Promise<void> | undefined,
): Promise<Layout> {
  const { geometry } = survey.area
  const kinds = survey.kinds.slice()
  await inTurns(0, kinds.length, {
    breathe,
    visit: (from, to) => {
      for (let cluster = from; cluster < to; cluster++) {
        const kind = kinds[cluster]
        const goes = kind === use.leaked || kind === use.zero || kind === use.emptied
        if (goes) kinds[cluster] = use.free
      }
    },
  })
  return {
    clusterSize: geometry.clusterSize,
    perBlock: geometry.refcountBlockEntries,
    mostReferences: refcountAccess(geometry.refcountOrder).max,
    kinds,
    runs: survey.runs,
    l1Places: survey.l1Places,
    tables: survey.tables,
    packed: survey.packed,
    refcountBlocks: survey.refcountBlocks,
  }
}

/** Whether clusters of this kind move one by one. */
export const isSingle = (kind: number | undefined): boolean =>
  kind === use.data || kind === use.l2 || kind === use.bitmapData || kind === use.refcountBlock

/** Whether something is in the cluster. */
export const isUsed = (kind: number | undefined): boolean =>
  kind !== use.free && kind !== use.uncounted
