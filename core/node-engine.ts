import { createDevice, openDevice } from './device/open-device.ts'
import type { Engine } from './engine.ts'
import { nodeHost } from './io/node-host.ts'
import { amendImage } from './operations/amend.ts'
import { checkImage } from './operations/check.ts'
import { compactImage } from './operations/compact.ts'
import { createImage } from './operations/create.ts'
import { hashImage } from './operations/hash.ts'
import { readInfo } from './operations/info.ts'
import { listRepairUndos } from './operations/list-repair-undos.ts'
import { mapImage } from './operations/map.ts'
import { planAmend } from './operations/plan-amend.ts'
import { planCompact } from './operations/plan-compact.ts'
import { planCreate } from './operations/plan-create.ts'
import { planRepair } from './operations/plan-repair.ts'
import { planResize } from './operations/plan-resize.ts'
import { planUndoChange } from './operations/plan-undo-change.ts'
import { rebuildImageRefcounts } from './operations/rebuild-refcounts.ts'
import { repairImage } from './operations/repair.ts'
import { resizeImage } from './operations/resize.ts'
import { applySnapshot, planApplySnapshot } from './operations/snapshot-apply.ts'
import { createSnapshot } from './operations/snapshot-create.ts'
import { deleteSnapshot, planDeleteSnapshot } from './operations/snapshot-delete.ts'
import { listSnapshots } from './operations/snapshot-list.ts'
import { renameSnapshot } from './operations/snapshot-rename.ts'
import { summarizeAllocation } from './operations/summarize-allocation.ts'
import { summarizeHeader } from './operations/summarize-header.ts'
import { undoChange } from './operations/undo-change.ts'
import { planUndoRepair, undoRepair } from './operations/undo-repair.ts'
import { version } from './version.ts'

/** The engine on the machine Node runs on. Holds no state and no open file: one is as good as many. */
export function createEngine(): Engine {
  return {
    version,
    summarizeHeader: (path, options) => summarizeHeader(nodeHost, absolute(path), options),
    readInfo: (path, options) => readInfo(nodeHost, absolute(path), options),
    checkImage: (path, options) => checkImage(nodeHost, absolute(path), options),
    mapImage: (path, options) => mapImage(nodeHost, absolute(path), options),
    summarizeAllocation: (path, options) => summarizeAllocation(nodeHost, absolute(path), options),
    hashImage: (path, options) => hashImage(nodeHost, absolute(path), options),
    async readUse(path) {
      await using file = await nodeHost.openFile(absolute(path))
      return nodeHost.readUse(file)
    },
    planCreate: (path, options) => planCreate(nodeHost, absolute(path), options),
    createImage: (path, options, context) =>
      createImage(nodeHost, absolute(path), options, context),
    planAmend: (path, options, context) => planAmend(nodeHost, absolute(path), options, context),
    amendImage: (path, options, context) => amendImage(nodeHost, absolute(path), options, context),
    openDevice: (path, options) => openDevice(nodeHost, absolute(path), options),
    createDevice: (path, image, options) => createDevice(nodeHost, absolute(path), image, options),
    listSnapshots: (path, options) => listSnapshots(nodeHost, absolute(path), options),
    createSnapshot: (path, options) => createSnapshot(nodeHost, absolute(path), options),
    planApplySnapshot: (path, options) => planApplySnapshot(nodeHost, absolute(path), options),
    applySnapshot: (path, options) => applySnapshot(nodeHost, absolute(path), options),
    planDeleteSnapshot: (path, options) => planDeleteSnapshot(nodeHost, absolute(path), options),
    deleteSnapshot: (path, options) => deleteSnapshot(nodeHost, absolute(path), options),
    renameSnapshot: (path, options) => renameSnapshot(nodeHost, absolute(path), options),
    planResize: (path, options) => planResize(nodeHost, absolute(path), options),
    resizeImage: (path, plan, options) => resizeImage(nodeHost, absolute(path), plan, options),
    planRepair: (path, options) => planRepair(nodeHost, absolute(path), options),
    repairImage: (path, plan, options) => repairImage(nodeHost, absolute(path), plan, options),
    listRepairUndos: (path, context) => listRepairUndos(nodeHost, absolute(path), context),
    planUndoRepair: (path, safetyCopy, context) =>
      planUndoRepair(nodeHost, absolute(path), absolute(safetyCopy), context),
    undoRepair: (path, safetyCopy, context) =>
      undoRepair(nodeHost, absolute(path), absolute(safetyCopy), context),
    planUndoChange: (path, change, options) =>
      planUndoChange(nodeHost, absolute(path), change, options),
    undoChange: (path, plan, options) => undoChange(nodeHost, absolute(path), plan, options),
    rebuildRefcounts: (path, options) => rebuildImageRefcounts(nodeHost, absolute(path), options),
    planCompact: (path, options) => planCompact(nodeHost, absolute(path), options),
    compactImage: (path, plan, options) => compactImage(nodeHost, absolute(path), plan, options),
  }
}

const absolute = (path: string): string => nodeHost.paths.resolve('.', path)
