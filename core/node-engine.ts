import type { PauseGate } from './base/pause-switch.ts'
import type { BlockDevice } from './device/block-device.ts'
import { createDevice, openDevice } from './device/open-device.ts'
import type { Engine } from './engine.ts'
import { nodeHost } from './io/node-host.ts'
import { amendImage } from './operations/amend.ts'
import { checkImage } from './operations/check.ts'
import { compactImage } from './operations/compact.ts'
import { createImage } from './operations/create.ts'
import { createImageOver, planCreateOver } from './operations/create-over.ts'
import { decodeImage } from './operations/decode.ts'
import type { DecodeTarget } from './operations/decode-result.ts'
import { dehydrateImage } from './operations/dehydrate.ts'
import { readDiskLayout } from './operations/disk-layout.ts'
import { encodeImage } from './operations/encode.ts'
import { hashImage } from './operations/hash.ts'
import { readInfo } from './operations/info.ts'
import { listRepairUndos } from './operations/list-repair-undos.ts'
import { mapImage } from './operations/map.ts'
import { makePattern } from './operations/pattern-make.ts'
import { verifyPattern } from './operations/pattern-verify.ts'
import { pacedHost } from './operations/paced-host.ts'
import { planAmend } from './operations/plan-amend.ts'
import { planCompact } from './operations/plan-compact.ts'
import { planCreate } from './operations/plan-create.ts'
import { planEncode } from './operations/plan-encode.ts'
import { readKeptCut } from './operations/kept-cut.ts'
import { planRelink } from './operations/plan-relink.ts'
import { planRepair } from './operations/plan-repair.ts'
import { planResize } from './operations/plan-resize.ts'
import { planUndoChange } from './operations/plan-undo-change.ts'
import { readContent } from './operations/read-content.ts'
import { rebuildImageRefcounts } from './operations/rebuild-refcounts.ts'
import { rehydrateImage } from './operations/rehydrate.ts'
import { relocate } from './operations/relocate.ts'
import { settleRelocation } from './operations/settle-relocation.ts'
import { relinkImage } from './operations/relink.ts'
import { repairImage } from './operations/repair.ts'
import { repairCopy } from './operations/repair-copy.ts'
import { resizeImage } from './operations/resize.ts'
import { recognizeKept } from './operations/recognize-kept.ts'
import { planRestoreCut, restoreCut } from './operations/restore-cut.ts'
import { applySnapshot, planApplySnapshot } from './operations/snapshot-apply.ts'
import { createSnapshot } from './operations/snapshot-create.ts'
import { deleteSnapshot, planDeleteSnapshot } from './operations/snapshot-delete.ts'
import {
  planRestoreSnapshot,
  readKeptSnapshot,
  restoreSnapshot,
} from './operations/snapshot-restore.ts'
import { stampOf } from './operations/image-stamp.ts'
import { listSnapshots } from './operations/snapshot-list.ts'
import { renameSnapshot } from './operations/snapshot-rename.ts'
import { storedExtents } from './operations/stored-extents.ts'
import { streamDecode } from './operations/stream-decode.ts'
import { summarizeAllocation } from './operations/summarize-allocation.ts'
import { summarizeHeader } from './operations/summarize-header.ts'
import { undoChange } from './operations/undo-change.ts'
import { tracingHost } from './operations/tracing-host.ts'
import { planUndoRepair, undoRepair } from './operations/undo-repair.ts'
import { planWriteContent, writeContent } from './operations/write-content.ts'
import type { OperationContext } from './progress.ts'
import type { AccessSink } from './storage/file-access.ts'
import { version } from './version.ts'

export interface EngineOptions {
  /** Hears of every access to a file; undefined costs nothing. */
  readonly trace?: AccessSink | undefined
  /** Hears of every device that is opened, by whoever asks for one and by the work that needs one. */
  readonly onDevice?: ((device: BlockDevice) => void) | undefined
  /**
   * While it is paused, all that this engine does stands still at its next access to a file or its next turn,
   * whatever it is (a `PauseSwitch` that knows the signal of the work is woken by a cancel). Files stay open
   * and held, and hold what a crash at that moment would leave: a valid image. Undefined costs nothing.
   */
  readonly pace?: PauseGate | undefined
}

/** The engine on the machine Node runs on. Holds no state and no open file: one is as good as many. */
export function createEngine({ trace, onDevice, pace }: EngineOptions = {}): Engine {
  const traced = trace === undefined ? nodeHost : tracingHost(nodeHost, trace)
  const host = pace === undefined ? traced : pacedHost(traced, pace)
  const paced = <Options extends OperationContext | undefined>(options: Options): Options =>
    pace === undefined ? options : { ...options, pause: options?.pause ?? pace }
  const told = (device: BlockDevice): BlockDevice => {
    onDevice?.(device)
    return device
  }
  return {
    version,
    summarizeHeader: (path, options) => summarizeHeader(host, absolute(path), options),
    readInfo: (path, options) => readInfo(host, absolute(path), paced(options)),
    checkImage: (path, options) => checkImage(host, absolute(path), paced(options)),
    mapImage: (path, options) => mapImage(host, absolute(path), paced(options)),
    summarizeAllocation: (path, options) =>
      summarizeAllocation(host, absolute(path), paced(options)),
    readDiskLayout: (path, options) => readDiskLayout(host, absolute(path), options),
    hashImage: (path, options) => hashImage(host, absolute(path), paced(options)),
    async readUse(path) {
      await using file = await host.openFile(absolute(path))
      return host.readUse(file)
    },
    planCreate: (path, options, { overwrite = false } = {}) =>
      (overwrite ? planCreateOver : planCreate)(host, absolute(path), options),
    createImage: (path, options, { overwrite = false, ...context } = {}) =>
      (overwrite ? createImageOver : createImage)(host, absolute(path), options, paced(context)),
    planAmend: (path, options, context) => planAmend(host, absolute(path), options, paced(context)),
    amendImage: (path, options, context) =>
      amendImage(host, absolute(path), options, paced(context)),
    openDevice: async (path, options) =>
      told(await openDevice(host, absolute(path), paced(options))),
    createDevice: async (path, image, options) =>
      told(await createDevice(host, absolute(path), image, paced(options))),
    async readStamp(path) {
      await using file = await host.openFile(absolute(path))
      return stampOf(file)
    },
    listSnapshots: (path, options) => listSnapshots(host, absolute(path), paced(options)),
    createSnapshot: (path, options) => createSnapshot(host, absolute(path), paced(options)),
    planApplySnapshot: (path, options) => planApplySnapshot(host, absolute(path), paced(options)),
    applySnapshot: (path, options) => applySnapshot(host, absolute(path), paced(options)),
    planDeleteSnapshot: (path, options) => planDeleteSnapshot(host, absolute(path), paced(options)),
    deleteSnapshot: (path, { keep, ...options }) =>
      deleteSnapshot(
        host,
        absolute(path),
        paced({ ...options, keep: keep && { ...keep, path: absolute(keep.path) } }),
      ),
    recognizeKept: (file) => recognizeKept(host, absolute(file)),
    readKeptCut: (file) => readKeptCut(host, absolute(file)),
    readKeptSnapshot: (file) => readKeptSnapshot(host, absolute(file)),
    planRestoreSnapshot: (path, file, options) =>
      planRestoreSnapshot(host, absolute(path), absolute(file), paced(options)),
    restoreSnapshot: (path, file, options) =>
      restoreSnapshot(host, absolute(path), absolute(file), paced(options)),
    renameSnapshot: (path, options) => renameSnapshot(host, absolute(path), paced(options)),
    planResize: (path, options) => planResize(host, absolute(path), paced(options)),
    resizeImage: (path, plan, options) =>
      resizeImage(host, absolute(path), plan, {
        ...paced(options),
        keepCut: options?.keepCut && absolute(options.keepCut),
      }),
    planRestoreCut: (path, kept, options) =>
      planRestoreCut(host, absolute(path), absolute(kept), paced(options)),
    restoreCut: (path, plan, options) => restoreCut(host, absolute(path), plan, paced(options)),
    planRepair: (path, options) => planRepair(host, absolute(path), paced(options)),
    repairImage: (path, plan, options) => repairImage(host, absolute(path), plan, paced(options)),
    repairCopy: (path, to, plan, options) =>
      repairCopy(host, absolute(path), absolute(to), plan, paced(options)),
    listRepairUndos: (path, context) => listRepairUndos(host, absolute(path), paced(context)),
    planUndoRepair: (path, safetyCopy, context) =>
      planUndoRepair(host, absolute(path), absolute(safetyCopy), paced(context)),
    undoRepair: (path, safetyCopy, context) =>
      undoRepair(host, absolute(path), absolute(safetyCopy), paced(context)),
    planUndoChange: (path, change, options) =>
      planUndoChange(host, absolute(path), change, paced(options)),
    relocate: (path, to, options) => relocate(host, absolute(path), absolute(to), paced(options)),
    settleRelocation: (path, to, options) =>
      settleRelocation(host, absolute(path), absolute(to), paced(options)),
    undoChange: (path, plan, options) => undoChange(host, absolute(path), plan, paced(options)),
    planRelink: (path, options) => planRelink(host, absolute(path), paced(options)),
    relinkImage: (path, plan, context) => relinkImage(host, absolute(path), plan, context),
    rebuildRefcounts: (path, options) =>
      rebuildImageRefcounts(host, absolute(path), paced(options)),
    planCompact: (path, options) => planCompact(host, absolute(path), paced(options)),
    compactImage: (path, plan, options) => compactImage(host, absolute(path), plan, paced(options)),
    storedExtents: (path, options) => storedExtents(host, absolute(path), paced(options)),
    readContent: (path, target, options) =>
      readContent(host, absolute(path), target, paced(options)),
    planWriteContent: (path, request, options) =>
      planWriteContent(host, absolute(path), request, paced(options)),
    writeContent: (path, request, options) =>
      writeContent(host, absolute(path), request, { ...paced(options), onDevice }),
    makePattern: (path, options) => makePattern(host, absolute(path), paced(options)),
    verifyPattern: (path, pattern, options) =>
      verifyPattern(host, absolute(path), pattern, paced(options)),
    decodeImage: (path, target, options) =>
      decodeImage(host, absolute(path), placed(target), paced(options)),
    planEncode: (path, options) => planEncode(host, absolute(path), paced(options)),
    encodeImage: (source, target, options) =>
      encodeImage(
        host,
        source.kind === 'file' ? { ...source, path: absolute(source.path) } : source,
        placed(target),
        paced(options),
      ),
    dehydrateImage: (path, target, options) =>
      dehydrateImage(host, absolute(path), absolute(target), paced(options)),
    rehydrateImage: (source, target, options) =>
      rehydrateImage(host, absolute(source), absolute(target), paced(options)),
    streamDecode: (input, target, options) =>
      streamDecode(host, input, placed(target), paced(options)),
  }
}

const placed = (target: DecodeTarget): DecodeTarget =>
  target.kind === 'file' ? { ...target, path: absolute(target.path) } : target

const absolute = (path: string): string => nodeHost.paths.resolve('.', path)
