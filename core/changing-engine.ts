/**
 * What changes images. Every function takes a path, holds the file as QEMU's writers do while it works
 * (`file-in-use` when somebody else does) and leaves a valid image whatever happens: leaked clusters at
 * most (docs/CRASH-SAFETY.md). What can lose something has a plan, a value that shows it beforehand; the
 * change looks again and refuses when the image is no longer what was planned for.
 */
import type { BlockDevice } from './device/block-device.ts'
import type { CreateDeviceOptions, OpenDeviceOptions } from './device/open-device.ts'
import type { AmendContext, AmendOptions, AmendPlan, AmendResult } from './operations/amend-plan.ts'
import type { CompactOptions } from './operations/compact.ts'
import type { CompactPlan } from './operations/compact-plan.ts'
import type { CompactResult } from './operations/compact-result.ts'
import type { CreateOptions } from './operations/create-options.ts'
import type { CreatePlan, CreateResult } from './operations/create-plan.ts'
import type { ApplySnapshotOptions, PlanSnapshotOptions } from './operations/snapshot-apply.ts'
import type { PlanCompactOptions } from './operations/plan-compact.ts'
import type { ImageStamp } from './operations/image-stamp.ts'
import type { RelinkOptions } from './operations/plan-relink.ts'
import type { RelinkPlan, RelinkResult } from './operations/relink-plan.ts'
import type { PlanRepairOptions } from './operations/plan-repair.ts'
import type { PlanResizeOptions } from './operations/plan-resize.ts'
import type { RebuildOptions, RebuildResult } from './operations/rebuild-refcounts.ts'
import type { RepairOptions } from './operations/repair.ts'
import type { RepairCopyOptions, RepairedCopy } from './operations/repair-copy.ts'
import type { RepairPlan, RepairResult } from './operations/repair-plan.ts'
import type { ResizeOptions, ResizeResult } from './operations/resize.ts'
import type { ResizePlan } from './operations/resize-plan.ts'
import type { RestoreCutOptions, RestoreCutPlan } from './operations/restore-cut.ts'
import type { CreateSnapshotOptions } from './operations/snapshot-create.ts'
import type { DeleteSnapshotOptions } from './operations/snapshot-delete.ts'
import type { KeptCutFacts } from './operations/kept-cut.ts'
import type { KeptKind } from './operations/recognize-kept.ts'
import type { KeptSnapshot, RestoreSnapshotPlan } from './operations/kept-snapshot-plan.ts'
import type { SnapshotOptions } from './operations/open-snapshots.ts'
import type { RestoreSnapshotOptions } from './operations/snapshot-restore.ts'
import type { ListSnapshotsOptions } from './operations/snapshot-list.ts'
import type {
  AppliedSnapshotChange,
  ApplySnapshotPlan,
  DeletedSnapshotChange,
  DeleteSnapshotPlan,
  ListedSnapshot,
  SnapshotChange,
} from './operations/snapshot-plan.ts'
import type { RenameSnapshotOptions } from './operations/snapshot-rename.ts'
import type { DoneChange, UndoChangePlan } from './operations/done-change.ts'
import type { RepairUndo } from './operations/list-repair-undos.ts'
import type { UndoChangeOptions } from './operations/plan-undo-change.ts'
import type { UndoPlan } from './operations/undo-repair.ts'
import type { OperationContext } from './progress.ts'

export interface OverwriteOptions {
  /** Default false. A file that has the name is replaced once the new one is whole. */
  readonly overwrite?: boolean | undefined
}

export interface ChangingEngine {
  /** What making an image would come to, with warnings; changes nothing. */
  planCreate(path: string, options: CreateOptions, context?: OverwriteOptions): Promise<CreatePlan>
  /** Overwrites only when asked for; a failed or cancelled create leaves no file, or the old one. */
  createImage(
    path: string,
    options: CreateOptions,
    context?: OperationContext & OverwriteOptions,
  ): Promise<CreateResult>
  /** What changing version, refcount width or lazy refcounts takes. */
  planAmend(
    path: string,
    options: AmendOptions,
    context?: Omit<AmendContext, 'stamp'>,
  ): Promise<AmendPlan>
  /** Content, backing name and extensions we do not know stay as they are. */
  amendImage(path: string, options: AmendOptions, context?: AmendContext): Promise<AmendResult>
  /** An image as a disk to read and write, held until it is closed. Whoever opens it closes it. */
  openDevice(path: string, options?: OpenDeviceOptions): Promise<BlockDevice>
  /** As `createImage`, then opened. */
  createDevice(
    path: string,
    image: CreateOptions,
    options?: CreateDeviceOptions,
  ): Promise<BlockDevice>
  /** In the order of the image, with what each takes of the file; only reads. */
  /** What the image is like now, for changes that have no plan of their own: they refuse when it is another one. */
  readStamp(path: string): Promise<ImageStamp>
  listSnapshots(path: string, options?: ListSnapshotsOptions): Promise<readonly ListedSnapshot[]>
  createSnapshot(path: string, options: CreateSnapshotOptions): Promise<SnapshotChange>
  /** What only the present state has, and would lose; only reads. */
  planApplySnapshot(path: string, options: PlanSnapshotOptions): Promise<ApplySnapshotPlan>
  applySnapshot(path: string, options: ApplySnapshotOptions): Promise<AppliedSnapshotChange>
  /** What only the snapshot has, and would be freed; only reads. */
  planDeleteSnapshot(path: string, options: PlanSnapshotOptions): Promise<DeleteSnapshotPlan>
  deleteSnapshot(path: string, options: DeleteSnapshotOptions): Promise<DeletedSnapshotChange>
  /** What a file of ours keeps, by its first bytes. */
  recognizeKept(file: string): Promise<KeptKind | undefined>
  /** What a file says that keeps the end of a disk. */
  readKeptCut(file: string): Promise<KeptCutFacts>
  /** What a file says that keeps a deleted snapshot. */
  readKeptSnapshot(file: string): Promise<KeptSnapshot>
  /** What putting a deleted snapshot back would mean; throws why it cannot come back; only reads. */
  planRestoreSnapshot(
    path: string,
    file: string,
    options?: SnapshotOptions,
  ): Promise<RestoreSnapshotPlan>
  /** With its id, name, date, content and VM state; refused where shared clusters may be others by now. */
  restoreSnapshot(
    path: string,
    file: string,
    options?: RestoreSnapshotOptions,
  ): Promise<SnapshotChange>
  renameSnapshot(path: string, options: RenameSnapshotOptions): Promise<SnapshotChange>
  /** What another size would cut off, keep and cost, and why not when it is refused; only reads. */
  planResize(path: string, options: PlanResizeOptions): Promise<ResizePlan>
  /** Shrinking needs the consent that the plan asks for. */
  resizeImage(path: string, plan: ResizePlan, options?: ResizeOptions): Promise<ResizeResult>
  /** Whether what a smaller size cut off can come back out of the file that keeps it; only reads. */
  planRestoreCut(path: string, kept: string, options?: RestoreCutOptions): Promise<RestoreCutPlan>
  /** The old size, the old bytes past the end, and the partition table's copy where it was. */
  restoreCut(path: string, plan: RestoreCutPlan, options?: RestoreCutOptions): Promise<void>
  /** What a repair would write, what remains then, and what it could do if something may be lost. */
  planRepair(path: string, options?: PlanRepairOptions): Promise<RepairPlan>
  /** Writes a safety copy first; data-loss steps need consent by name. */
  repairImage(path: string, plan: RepairPlan, options?: RepairOptions): Promise<RepairResult>
  /** A copy of the image at `to` is repaired as planned for the image, which is left alone. */
  repairCopy(
    path: string,
    to: string,
    plan: RepairPlan,
    options?: RepairCopyOptions,
  ): Promise<RepairedCopy>
  /** The safety copies beside an image, newest first, and whether each fits; only reads. */
  listRepairUndos(path: string, context?: OperationContext): Promise<readonly RepairUndo[]>
  /** Whether a safety copy fits the image as it is now; only reads. */
  planUndoRepair(path: string, safetyCopy: string, context?: OperationContext): Promise<UndoPlan>
  /** The image's metadata as it was before the repair; refused once anything else wrote to the image. */
  undoRepair(path: string, safetyCopy: string, context?: OperationContext): Promise<UndoPlan>
  /** Whether a change that somebody remembers can be taken back without losing anything; only reads. */
  planUndoChange(
    path: string,
    change: DoneChange,
    options?: UndoChangeOptions,
  ): Promise<UndoChangePlan>
  /** By the change that does it: a disk that grew shrinks, options go back, a snapshot goes. */
  undoChange(path: string, plan: UndoChangePlan, options?: UndoChangeOptions): Promise<void>
  /** What naming another backing file would mean, and why it may be the wrong one; only reads. */
  planRelink(path: string, options: RelinkOptions): Promise<RelinkPlan>
  /** The header names another backing file; nothing else changes. */
  relinkImage(path: string, plan: RelinkPlan, context?: OperationContext): Promise<RelinkResult>
  /** For images whose refcounts were written lazily: counted anew, in one step. */
  rebuildRefcounts(path: string, options?: RebuildOptions): Promise<RebuildResult>
  /** What compacting would give back, by cause and mode; only reads. */
  planCompact(path: string, options?: PlanCompactOptions): Promise<CompactPlan>
  /** Proves by digests that every state reads as before; nothing gained is nothing written. */
  compactImage(path: string, plan: CompactPlan, options?: CompactOptions): Promise<CompactResult>
}
