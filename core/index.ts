/**
 * The engine's only entry: what main/ and cli/ may use. Everything else in core/ is private to it.
 */
export { unreachable } from './base/assert.ts'
export { ImageError, type ImageErrorData } from './errors/image-error.ts'
export { catalogue, type Reason } from './errors/catalogue.ts'
export type { ErrorContext, ErrorKind, Explanation } from './errors/explanation.ts'
export { PauseSwitch, type PauseGate } from './base/pause-switch.ts'
export { throttled, type OperationContext, type Progress, type ProgressSink } from './progress.ts'
export type { LinkPolicy, AskAboutLink, ImageLink } from './image/open-gate.ts'
export type * from './operations/image-info.ts'
export type * from './operations/check-result.ts'
export type * from './operations/map-extent.ts'
export type * from './operations/stored-extent.ts'
export type * from './operations/pattern-result.ts'
export {
  patternKinds,
  type PatternKind,
  type PatternOptions,
} from './operations/pattern-options.ts'
export type { NewContent } from './operations/new-content.ts'
export type { WriteContentPlan, WriteContentResult } from './operations/write-content.ts'
export type * from './operations/amend-plan.ts'
export type * from './operations/compact-plan.ts'
export type * from './operations/compact-result.ts'
export type * from './operations/create-options.ts'
export type * from './operations/create-plan.ts'
export type * from './operations/decode-result.ts'
export type * from './operations/dehydrate-result.ts'
export type * from './operations/done-change.ts'
export {
  encodeCompressions,
  type EncodeCompression,
  type EncodeOptions,
} from './operations/encode-options.ts'
export type * from './operations/encode-result.ts'
export type * from './operations/header-summary.ts'
export { noHeaderFacts } from './operations/no-header-facts.ts'
export { rawSummary } from './operations/raw-summary.ts'
export type * from './operations/kept-snapshot-plan.ts'
export type * from './operations/relink-plan.ts'
export type { RestoreSnapshotOptions } from './operations/snapshot-restore.ts'
export type { RelinkOptions } from './operations/plan-relink.ts'
export type * from './operations/repair-plan.ts'
export type * from './operations/resize-plan.ts'
export type { ImageStamp } from './operations/image-stamp.ts'
export type * from './operations/snapshot-plan.ts'
export {
  allocationClasses,
  type AllocationClass,
  type AllocationSummary,
} from './operations/allocation-summary.ts'
export {
  hashAlgorithms,
  type HashAlgorithm,
  type HashResult,
  type HashTarget,
} from './operations/hash-result.ts'
export type { ResizeOptions, ResizeResult } from './operations/resize.ts'
export type { RestoreCutOptions, RestoreCutPlan } from './operations/restore-cut.ts'
export { dataLossSteps } from './qcow2/repair/data-loss-steps.ts'
export type { CompactOptions } from './operations/compact.ts'
export type { PlanCompactOptions } from './operations/plan-compact.ts'
export type { PlanRepairOptions } from './operations/plan-repair.ts'
export type { RepairOptions } from './operations/repair.ts'
export type { RepairCopyOptions, RepairedCopy } from './operations/repair-copy.ts'
export type { RepairUndo } from './operations/list-repair-undos.ts'
export type { UndoPlan } from './operations/undo-repair.ts'
export type { RebuildOptions, RebuildResult } from './operations/rebuild-refcounts.ts'
export type {
  RelocatedCopy,
  RelocateOptions,
  RelocateResult,
  WhilePlaced,
} from './operations/relocate.ts'
export type { SettledRelocation, SettleRelocationOptions } from './operations/settle-relocation.ts'
export type { PlacingEngine } from './placing-engine.ts'
export type { PlanResizeOptions } from './operations/plan-resize.ts'
export { preallocations, type Preallocation } from './qcow2/preallocation.ts'
export type * from './guest/disk-layout.ts'
export type { FileSystem, FileSystemKind } from './guest/file-system.ts'
export type { DiskLayoutOptions } from './operations/disk-layout.ts'
export { isImageFileName } from './image/image-file-name.ts'
export { isUnmistakable } from './image/unmistakable-formats.ts'
export type { Engine, ReadingEngine, ReadOptions } from './engine.ts'
export type { ChangingEngine } from './changing-engine.ts'
export type { BlockDevice, DeviceInfo } from './device/block-device.ts'
export type { DeviceStatistics, RecyclerReport } from './device/device-statistics.ts'
export type { OnlineCompaction, RecyclerState } from './qcow2/recycle/image-recycler.ts'
export type {
  RecyclerGauges,
  RecyclerStatistics,
  RecyclerSums,
} from './qcow2/recycle/recycler-statistics.ts'
export type { DeviceConfig } from './device/device-config.ts'
export { formatDeviceConfig, parseDeviceConfig } from './device/device-config-text.ts'
export type { OpenDeviceOptions } from './device/open-device.ts'
export { createEngine, type EngineOptions } from './node-engine.ts'
export type { AccessSink, FileAccess, FileAction } from './storage/file-access.ts'
export { qemuCheckJson, type QemuCheckJson } from './qemu-json/check-json.ts'
export { qemuInfoJson } from './qemu-json/info-json.ts'
export { qemuMapLine } from './qemu-json/map-json.ts'
export {
  countOutcomes,
  outcomeOf,
  reportOutcomes,
  type BatchReport,
  type OutcomeCounts,
  type ReportEntry,
  type ReportOutcome,
} from './report/batch-report.ts'
export {
  reportFormats,
  writeReport,
  writeWorkReport,
  type ReportFormat,
  type WrittenReport,
} from './report/write-report.ts'
export type { WorkEntry, WorkReport } from './report/work-report.ts'
export { workReportSchemaVersion, type JsonWorkReport } from './report/work-json-report.ts'
export { reportSchemaVersion, type JsonReport } from './report/json-report.ts'
export { ProgressMeter, type MeasuredProgress } from './report/progress-meter.ts'
export { PhaseShare } from './report/phase-share.ts'
export { asSentence, undoLabels, type ToldChange, type ToldFact } from './report/told-change.ts'
export { tellOfCreate } from './report/tell-of-create.ts'
export {
  compactionWords,
  compactModeWords,
  freedBytes,
  tellOfCompaction,
} from './report/tell-of-compaction.ts'
export { linkText, relinkWords, tellOfRelink, type Relinked } from './report/tell-of-relink.ts'
export {
  countsOfWords,
  countWords,
  repairWords,
  tellOfRepair,
  type Damage,
  type Repaired,
} from './report/tell-of-repair.ts'
export { resizeWords, sizeFacts, tellOfResize, type Resized } from './report/tell-of-resize.ts'
export { snapshotWords, tellOfSnapshot, type SnapshotOutcome } from './report/tell-of-snapshot.ts'
export { operationPhases, type PhaseWeights } from './operations/operation-phases.ts'
export {
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatPlural,
} from './report/format-quantity.ts'
export { doneWords, repairReturnsWords, returningWords } from './report/undo-words.ts'
