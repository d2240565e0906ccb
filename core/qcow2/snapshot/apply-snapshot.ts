import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { ReferenceDraft, type References } from '../restructure/reference-draft.ts'
import { Restructure } from '../restructure/restructure.ts'
import type { WordTable } from '../word-table.ts'
import { activeTree, exchangeActiveL1, writeSnapshotL1 } from './active-tree.ts'
import { appliedState, type AppliedState } from './applied-state.ts'
import { distrustBitmaps, distrustedBitmaps } from './distrust-bitmaps.ts'
import { setCopied } from './copied-flags.ts'
import { countTree, type CountTreeOptions, type FreedClusters } from './count-tree.ts'
import type { L1Tree } from './l1-tree.ts'
import { diskState, newSnapshotIdentity, type NewSnapshot } from './new-snapshot.ts'
import { refcountsAreTrue } from './refcounts-are-true.ts'
import { refuseDataFile } from './refuse-data-file.ts'
import { settleFlags } from './settle-flags.ts'
import { SnapshotList, type SnapshotSelector } from './snapshot-list.ts'

export interface ApplySnapshotOptions extends OperationContext {
  readonly snapshot: SnapshotSelector
  /** Keeps the present state as a new snapshot, in the same switch. */
  readonly keepPresentAs?: NewSnapshot | undefined
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
  /** Clusters of the former state that nothing keeps. */
  readonly freed: FreedClusters
  /** The snapshot that keeps the former state, when one was asked for. */
  readonly kept: SnapshotEntry | undefined
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
    ? await exchange(
        new ReferenceDraft(file, area),
        { old, state, kept: 0 },
        { ...context, geometry: area.geometry },
      )
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
  const { geometry } = area
  const snapshots = new SnapshotList(file, area)
  const entry = snapshots.find(options.snapshot)
  const { keepPresentAs } = options
  const identity = keepPresentAs && newSnapshotIdentity(snapshots, keepPresentAs)
  const state = appliedState(file, area, entry)
  const old = activeTree(file, area)

  using change = Restructure.begin(file, area, { ...options, refcounts: 'stored' })
  const context = { ...options, geometry }
  const diskEntries = geometry.l1EntriesNeeded
  const kept = identity === undefined ? 0 : diskEntries
  const freed = await exchange(change, { old, state, kept }, context)
  const l1 = await settleFlags(change, state.active, context)
  const keptEntry: SnapshotEntry | undefined = identity && {
    ...writeSnapshotL1(change, withoutFlags(old.l1, diskEntries), geometry.clusterSize),
    ...identity,
    ...diskState(geometry),
  }
  const fields = {
    ...(keptEntry && snapshots.replace(change, [...snapshots.entries, keptEntry])),
    ...exchangeActiveL1(change, area, old, l1),
    size: state.size,
  }
  // Last: a bitmap that is distrusted for nothing is a full backup for nothing.
  const lastSteps = () => distrustBitmaps(file, area, state.size)
  return { area: await change.commit(fields, lastSteps), entry, freed, kept: keptEntry }
}

/** The first entries of an L1 table, as a snapshot's has them. */
function withoutFlags(l1: WordTable, entries: number): WordTable {
  const own = l1.slice(0, 2 * entries)
  for (let index = 0; index < entries; index++) setCopied(own, 2 * index, false)
  return own
}

interface Exchange {
  readonly old: L1Tree
  readonly state: AppliedState
  /** The old L1 entries [0, kept) go to a new snapshot instead of being dropped. */
  readonly kept: number
}

/**
 * The old references less, then the new ones: the other way round a count could pass its width on the way.
 * Nothing of the snapshot is let go of meanwhile: its own tables keep a reference to all of it.
 */
async function exchange(
  references: References,
  { old, state, kept }: Exchange,
  context: Omit<CountTreeOptions, 'step'>,
): Promise<FreedClusters> {
  const keeping = { tree: old, from: 0, to: kept }
  await countTree(references, keeping, { ...context, step: 'mustBeUsed' })
  const dropping = { tree: old, from: kept, to: old.entries }
  const freed = await countTree(references, dropping, { ...context, step: 'remove' })
  const adding = { tree: state.snapshot, from: 0, to: state.entries }
  await countTree(references, adding, { ...context, step: 'add' })
  return freed
}
