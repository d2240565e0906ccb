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
import { encodeImage } from './operations/encode.ts'
import { hashImage } from './operations/hash.ts'
import { readInfo } from './operations/info.ts'
import { listRepairUndos } from './operations/list-repair-undos.ts'
import { mapImage } from './operations/map.ts'
import { makePattern } from './operations/pattern-make.ts'
import { verifyPattern } from './operations/pattern-verify.ts'
import { planAmend } from './operations/plan-amend.ts'
import { planCompact } from './operations/plan-compact.ts'
import { planCreate } from './operations/plan-create.ts'
import { planEncode } from './operations/plan-encode.ts'
import { planRepair } from './operations/plan-repair.ts'
import { planResize } from './operations/plan-resize.ts'
import { planUndoChange } from './operations/plan-undo-change.ts'
import { readContent } from './operations/read-content.ts'
import { rebuildImageRefcounts } from './operations/rebuild-refcounts.ts'
import { rehydrateImage } from './operations/rehydrate.ts'
import { repairImage } from './operations/repair.ts'
import { resizeImage } from './operations/resize.ts'
import { applySnapshot, planApplySnapshot } from './operations/snapshot-apply.ts'
import { createSnapshot } from './operations/snapshot-create.ts'
import { deleteSnapshot, planDeleteSnapshot } from './operations/snapshot-delete.ts'
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
import type { AccessSink } from './storage/file-access.ts'
import { version } from './version.ts'

export interface EngineOptions {
  /** Hears of every access to a file; undefined costs nothing. */
  readonly trace?: AccessSink | undefined
  /** Hears of every device that is opened, by whoever asks for one and by the work that needs one. */
  readonly onDevice?: ((device: BlockDevice) => void) | undefined
}

/** The engine on the machine Node runs on. Holds no state and no open file: one is as good as many. */
export function createEngine({ trace, onDevice }: EngineOptions = {}): Engine {
  const host = trace === undefined ? nodeHost : tracingHost(nodeHost, trace)
  const told = (device: BlockDevice): BlockDevice => {
    onDevice?.(device)
    return device
  }
  return {
    version,
    summarizeHeader: (path, options) => summarizeHeader(host, absolute(path), options),
    readInfo: (path, options) => readInfo(host, absolute(path), options),
    checkImage: (path, options) => checkImage(host, absolute(path), options),
    mapImage: (path, options) => mapImage(host, absolute(path), options),
    summarizeAllocation: (path, options) => summarizeAllocation(host, absolute(path), options),
    hashImage: (path, options) => hashImage(host, absolute(path), options),
    async readUse(path) {
      await using file = await host.openFile(absolute(path))
      return host.readUse(file)
    },
    planCreate: (path, options, { overwrite = false } = {}) =>
      (overwrite ? planCreateOver : planCreate)(host, absolute(path), options),
    createImage: (path, options, { overwrite = false, ...context } = {}) =>
      (overwrite ? createImageOver : createImage)(host, absolute(path), options, context),
    planAmend: (path, options, context) => planAmend(host, absolute(path), options, context),
    amendImage: (path, options, context) => amendImage(host, absolute(path), options, context),
    openDevice: async (path, options) => told(await openDevice(host, absolute(path), options)),
    createDevice: async (path, image, options) =>
      told(await createDevice(host, absolute(path), image, options)),
    listSnapshots: (path, options) => listSnapshots(host, absolute(path), options),
    createSnapshot: (path, options) => createSnapshot(host, absolute(path), options),
    planApplySnapshot: (path, options) => planApplySnapshot(host, absolute(path), options),
    applySnapshot: (path, options) => applySnapshot(host, absolute(path), options),
    planDeleteSnapshot: (path, options) => planDeleteSnapshot(host, absolute(path), options),
    deleteSnapshot: (path, options) => deleteSnapshot(host, absolute(path), options),
    renameSnapshot: (path, options) => renameSnapshot(host, absolute(path), options),
    planResize: (path, options) => planResize(host, absolute(path), options),
    resizeImage: (path, plan, options) => resizeImage(host, absolute(path), plan, options),
    planRepair: (path, options) => planRepair(host, absolute(path), options),
    repairImage: (path, plan, options) => repairImage(host, absolute(path), plan, options),
    listRepairUndos: (path, context) => listRepairUndos(host, absolute(path), context),
    planUndoRepair: (path, safetyCopy, context) =>
      planUndoRepair(host, absolute(path), absolute(safetyCopy), context),
    undoRepair: (path, safetyCopy, context) =>
      undoRepair(host, absolute(path), absolute(safetyCopy), context),
    planUndoChange: (path, change, options) =>
      planUndoChange(host, absolute(path), change, options),
    undoChange: (path, plan, options) => undoChange(host, absolute(path), plan, options),
    rebuildRefcounts: (path, options) => rebuildImageRefcounts(host, absolute(path), options),
    planCompact: (path, options) => planCompact(host, absolute(path), options),
    compactImage: (path, plan, options) => compactImage(host, absolute(path), plan, options),
    storedExtents: (path, options) => storedExtents(host, absolute(path), options),
    readContent: (path, target, options) => readContent(host, absolute(path), target, options),
    planWriteContent: (path, request, options) =>
      planWriteContent(host, absolute(path), request, options),
    writeContent: (path, request, options) =>
      writeContent(host, absolute(path), request, { ...options, onDevice }),
    makePattern: (path, options) => makePattern(host, absolute(path), options),
    verifyPattern: (path, pattern, options) =>
      verifyPattern(host, absolute(path), pattern, options),
    decodeImage: (path, target, options) =>
      decodeImage(host, absolute(path), placed(target), options),
    planEncode: (path, options) => planEncode(host, absolute(path), options),
    encodeImage: (source, target, options) =>
      encodeImage(
        host,
        source.kind === 'file' ? { ...source, path: absolute(source.path) } : source,
        placed(target),
        options,
      ),
    dehydrateImage: (path, target, options) =>
      dehydrateImage(host, absolute(path), absolute(target), options),
    rehydrateImage: (source, target, options) =>
      rehydrateImage(host, absolute(source), absolute(target), options),
    streamDecode: (input, target, options) => streamDecode(host, input, placed(target), options),
  }
}

const placed = (target: DecodeTarget): DecodeTarget =>
  target.kind === 'file' ? { ...target, path: absolute(target.path) } : target

const absolute = (path: string): string => nodeHost.paths.resolve('.', path)
