import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { ReferenceDraft, type References } from '../restructure/reference-draft.ts'
import { Restructure } from '../restructure/restructure.ts'
import { activeTree, exchangeActiveL1, l1Clusters, snapshotTree } from './active-tree.ts'
import { countTree, wholeTree, type FreedClusters } from './count-tree.ts'
import { refcountsAreTrue } from './refcounts-are-true.ts'
import { refuseDataFile } from './refuse-data-file.ts'
import { settleFlags } from './settle-flags.ts'
import { SnapshotList, type SnapshotSelector } from './snapshot-list.ts'

export interface DeleteSnapshotOptions extends OperationContext {
  readonly snapshot: SnapshotSelector
  /** Called when nothing but the disk itself can stop the change any more. */
  readonly beforeSwitch?: (() => void) | undefined
}

/** What deleting a snapshot would free. */
export interface DeleteSnapshotEffect {
  readonly entry: SnapshotEntry
  /** undefined when the refcounts of the image are not to be believed. */
  readonly freed: FreedClusters | undefined
}

export interface DeletedSnapshot {
  /** The image as it is now. */
  readonly area: HeaderArea
  /** As it was. */
  readonly entry: SnapshotEntry
  readonly freed: FreedClusters
}

/** What `deleteSnapshot` would do; reads only. */
export async function planDeleteSnapshot(
  file: BlockFile,
  area: HeaderArea,
  options: DeleteSnapshotOptions,
): Promise<DeleteSnapshotEffect> {
  refuseDataFile(file, area)
  const entry = new SnapshotList(file, area).find(options.snapshot)
  if (!refcountsAreTrue(area)) return { entry, freed: undefined }
  const freed = await removeTree(new ReferenceDraft(file, area), { file, area, entry }, options)
  return { entry, freed }
}

/**
 * Deletes a snapshot with its VM state. What only it referred to is free afterwards, and what the active
 * state is now alone with may be written in place again.
 *
 * Conditions and errors as `createSnapshot`; besides those `snapshot-missing`, `snapshot-ambiguous`.
 */
export async function deleteSnapshot(
  file: WritableFile,
  area: HeaderArea,
  options: DeleteSnapshotOptions,
): Promise<DeletedSnapshot> {
  refuseDataFile(file, area)
  const snapshots = new SnapshotList(file, area)
  const entry = snapshots.find(options.snapshot)

  using change = Restructure.begin(file, area, { ...options, refcounts: 'stored' })
  const freed = await removeTree(change, { file, area, entry }, options)
  const active = activeTree(file, area)
  const context = { ...options, geometry: area.geometry }
  const l1 = await settleFlags(change, active, context)
  const rest = snapshots.entries.filter((other) => other !== entry)
  const fields = {
    ...exchangeActiveL1(change, area, active, l1),
    ...snapshots.replace(change, rest),
  }
  const lastSteps = () => {
    options.beforeSwitch?.()
    return {}
  }
  return { area: await change.commit(fields, lastSteps), entry, freed }
}

interface SnapshotPlace {
  readonly file: BlockFile
  readonly area: HeaderArea
  readonly entry: SnapshotEntry
}

async function removeTree(
  references: References,
  { file, area, entry }: SnapshotPlace,
  context: OperationContext,
): Promise<FreedClusters> {
  const { geometry } = area
  const tree = snapshotTree(file, area, entry)
  const removal = { ...context, geometry, step: 'remove' } as const
  const { data, tables } = await countTree(references, wholeTree(tree), removal)
  const own = l1Clusters(entry.l1Size, geometry.clusterSize)
  if (own === 0) return { data, tables }
  return { data, tables: tables + references.remove(entry.l1TableOffset, own) }
}
