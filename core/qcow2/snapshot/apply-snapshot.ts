import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { ReferenceDraft, type References } from '../restructure/reference-draft.ts'
import { Restructure } from '../restructure/restructure.ts'
import { activeTree, exchangeActiveL1 } from './active-tree.ts'
import { appliedState, type AppliedState } from './applied-state.ts'
import { distrustBitmaps, distrustedBitmaps } from './distrust-bitmaps.ts'
import { countTree, type FreedClusters } from './count-tree.ts'
import type { L1Tree } from './l1-tree.ts'
import { refcountsAreTrue } from './refcounts-are-true.ts'
import { refuseDataFile } from './refuse-data-file.ts'
import { settleFlags } from './settle-flags.ts'
import { SnapshotList, type SnapshotSelector } from './snapshot-list.ts'

export interface ApplySnapshotOptions extends OperationContext {
  readonly snapshot: SnapshotSelector
}

/** What applying a snapshot would take away and change. */
export interface ApplySnapshotEffect {
  readonly entry: SnapshotEntry
  /**
   * Clusters of the present state that nothing else keeps; undefined when the refcounts of the image are
   * not to be believed.
   */
  readonly freed: FreedClusters | undefined
  /** Bytes of the disk afterwards. */
  readonly size: number
  /** Names of the bitmaps that become inconsistent. */
  readonly bitmapsLost: readonly string[]
}

export interface AppliedSnapshot {
  /** The image as it is now. */
  readonly area: HeaderArea
  readonly entry: SnapshotEntry
  /** Clusters of the former state that nothing else kept. */
  readonly freed: FreedClusters
}

/** What `applySnapshot` would do; reads only. */
export async function planApplySnapshot(
  file: BlockFile,
  area: HeaderArea,
  { snapshot, ...context }: OperationContext & { readonly snapshot: SnapshotSelector },
): Promise<ApplySnapshotEffect> {
  refuseDataFile(file, area)
  const entry = new SnapshotList(file, area).find(snapshot)
  const state = appliedState(file, area, entry)
  const old = activeTree(file, area)
  const freed = refcountsAreTrue(area)
    ? await exchange(new ReferenceDraft(file, area), { state, old, area }, context)
    : undefined
  const { size } = state
  return { entry, freed, size, bitmapsLost: distrustedBitmaps(file, area, size) }
}

/**
 * Makes a snapshot the present state of the disk; the present state is lost where no other snapshot has
 * it. The disk gets the size it had. A VM state stays with the snapshot. Bitmaps that are recording become
 * inconsistent, for what they recorded is no longer what differs.
 *
 * Conditions and errors as `createSnapshot`; besides those `snapshot-missing`, `snapshot-ambiguous`.
 */
export async function applySnapshot(
  file: WritableFile,
  area: HeaderArea,
  options: ApplySnapshotOptions,
): Promise<AppliedSnapshot> {
  refuseDataFile(file, area)
  const entry = new SnapshotList(file, area).find(options.snapshot)
  const state = appliedState(file, area, entry)
  const old = activeTree(file, area)

  using change = Restructure.begin(file, area, { ...options, refcounts: 'stored' })
  const freed = await exchange(change, { state, old, area }, options)
  const context = { ...options, geometry: area.geometry, sharedEntries: 0 }
  const l1 = await settleFlags(change, state.active, context)
  const fields = {
    ...exchangeActiveL1(change, area, old, l1),
    size: state.size,
    // Last: a bitmap that is distrusted for nothing is a full backup for nothing.
    ...distrustBitmaps(file, area, state.size),
  }
  return { area: await change.commit(fields), entry, freed }
}

/** First the new references, then the old ones less: what both have is not freed in between. */
async function exchange(
  references: References,
  {
    state,
    old,
    area,
  }: { readonly state: AppliedState; readonly old: L1Tree; readonly area: HeaderArea },
  context: OperationContext,
): Promise<FreedClusters> {
  const { geometry } = area
  const { snapshot: tree, entries } = state
  await countTree(references, { tree, entries }, 'add', { ...context, geometry })
  const whole = { tree: old, entries: old.entries }
  return countTree(references, whole, 'remove', { ...context, geometry })
}
