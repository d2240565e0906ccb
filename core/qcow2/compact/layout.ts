import { refcountAccess } from '../format/refcount-block.ts'
import { inTurns } from './in-turns.ts'
import type { L1Place } from './l1-rows.ts'
import type { PackedList } from './packed-list.ts'
import type { StructureRun } from './structure-runs.ts'
import { use, type Survey } from './survey.ts'
import { TableWeights } from './table-weights.ts'

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
    tables: tablesThatStay(survey),
    packed: survey.packed,
    refcountBlocks: survey.refcountBlocks,
  }
}

/** Another table may come to lie where one was that said nothing: its weight must not be counted there. */
function tablesThatStay({ tables, kinds }: Survey): TableWeights {
  if (!kinds.includes(use.emptied)) return tables
  const staying = new TableWeights(tables.clusters.filter((cluster) => kinds[cluster] === use.l2))
  for (const cluster of staying.clusters) staying.add(cluster, tables.of(cluster))
  return staying
}

/** Whether clusters of this kind move one by one. */
export const isSingle = (kind: number | undefined): boolean =>
  kind === use.data || kind === use.l2 || kind === use.bitmapData || kind === use.refcountBlock

/** Whether something is in the cluster. */
export const isUsed = (kind: number | undefined): boolean =>
  kind !== use.free && kind !== use.uncounted
