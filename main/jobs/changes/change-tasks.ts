import type {
  AppliedSnapshotChange,
  ApplySnapshotPlan,
  CompactMode,
  CompactPlan,
  CompactResult,
  CreateOptions,
  CreatePlan,
  CreateResult,
  DataLossStep,
  DeletedSnapshotChange,
  DeleteSnapshotPlan,
  KeepSnapshot,
  ImageStamp,
  ListedSnapshot,
  Preallocation,
  Progress,
  RelinkPlan,
  RelinkResult,
  RepairedCopy,
  RepairMode,
  RepairPlan,
  RepairResult,
  ResizeConsent,
  ResizePlan,
  ResizeResult,
  SnapshotChange,
  SnapshotChoice,
  ZeroScan,
} from '../../../core/index.ts'
import type { KnownImage, Measured, StoredLinkPolicy } from '../engine-host.ts'

/** Work on one image whose file is measured before and after it. */
interface ImageTask<Input, Result> {
  readonly input: KnownImage & Input
  readonly output: Measured<Result>
  readonly event: Progress
}

/** A file that is not there yet. */
interface NewFileTask<Result> {
  readonly input: {
    readonly path: string
    readonly options: CreateOptions
    /** Of the backing file's own links. */
    readonly links: StoredLinkPolicy
  }
  readonly output: Result
  readonly event: Progress
}

/** What a worker plans and changes. A plan is a value: the one that was made is handed to the change. */
export type ChangeTasks = {
  readonly planResize: ImageTask<
    {
      readonly size: number
      readonly preallocation: Preallocation
      readonly moveGptBackup: boolean
      readonly scanLimit: number | undefined
    },
    ResizePlan
  >
  readonly resize: ImageTask<
    {
      readonly plan: ResizePlan
      readonly consent: readonly ResizeConsent[]
      /** A path that nothing has, for what is cut off. */
      readonly keepCut: string | undefined
    },
    ResizeResult
  >
  readonly planCompact: ImageTask<{ readonly scan: ZeroScan }, CompactPlan>
  readonly compact: ImageTask<
    {
      readonly plan: CompactPlan
      readonly mode: CompactMode | 'auto'
      readonly compression: 'none' | 'zlib' | 'zstd'
    },
    CompactResult
  >
  readonly planRepair: ImageTask<
    { readonly mode: RepairMode; readonly consent: readonly DataLossStep[] },
    RepairPlan
  >
  readonly repair: ImageTask<
    {
      readonly plan: RepairPlan
      readonly consent: readonly DataLossStep[]
      readonly safetyCopyFolder: string | undefined
    },
    RepairResult
  >
  /** The image is only read; what is measured is the image. */
  readonly repairCopy: ImageTask<
    { readonly plan: RepairPlan; readonly consent: readonly DataLossStep[]; readonly to: string },
    RepairedCopy
  >
  readonly listSnapshots: ImageTask<{ readonly usage: boolean }, readonly ListedSnapshot[]>
  readonly readStamp: ImageTask<object, ImageStamp>
  readonly createSnapshot: ImageTask<
    { readonly name: string; readonly stamp: ImageStamp },
    SnapshotChange
  >
  readonly planApplySnapshot: ImageTask<{ readonly snapshot: SnapshotChoice }, ApplySnapshotPlan>
  readonly applySnapshot: ImageTask<
    {
      readonly plan: ApplySnapshotPlan
      readonly keepPresentAs: string | undefined
    },
    AppliedSnapshotChange
  >
  readonly planDeleteSnapshot: ImageTask<{ readonly snapshot: SnapshotChoice }, DeleteSnapshotPlan>
  readonly deleteSnapshot: ImageTask<
    { readonly plan: DeleteSnapshotPlan; readonly keep: KeepSnapshot | undefined },
    DeletedSnapshotChange
  >
  readonly renameSnapshot: ImageTask<
    { readonly snapshot: SnapshotChoice; readonly name: string; readonly stamp: ImageStamp },
    SnapshotChange
  >
  readonly planRelink: ImageTask<
    { readonly backing: string; readonly backingFormat: 'qcow2' | 'raw' },
    RelinkPlan
  >
  readonly relink: ImageTask<{ readonly plan: RelinkPlan }, RelinkResult>
  readonly planCreate: NewFileTask<CreatePlan>
  readonly create: NewFileTask<CreateResult>
}
