/**
 * Everything the window can ask of the services, in one place. Electron IPC and the web host's
 * WebSocket both carry exactly this; each parameter is parsed on arrival, each result on departure.
 *
 * The window names images by id; paths come only from the person (dialog, drop, folder browser).
 */
import { z } from 'zod'
import { call, stream } from './procedure.ts'
import { appInfo, folderEntry, settings, shellEvent } from './schemas/app.ts'
import {
  allocationSummary,
  byteCount,
  imageId,
  imageInfo,
  mapExtent,
  timestamp,
} from './schemas/image.ts'
import { batchNote, changedImage, skipReason } from './schemas/batch.ts'
import { createAction, imageAction } from './schemas/action.ts'
import { diskLayout } from './schemas/disk.ts'
import { batchId, job, jobEvent, jobId, jobKind, jobRequest, progress } from './schemas/job.ts'
import { folderId, libraryEvent, vmReference } from './schemas/library.ts'
import { actionPlan } from './schemas/plan.ts'
import { undoStore } from './schemas/undo.ts'

const nothing = z.object({})
/** Names an image's own window; absent for a window of the library. */
const ofWindow = z.object({ imageId: imageId.optional() })
/** JSON. */
const keptView = z.string().max(65_536)
const path = z.string().min(1).max(4096)
const reportFormat = z.enum(['csv', 'json', 'html'])
const menuItem = z.object({
  id: z.string(),
  label: z.string(),
  enabled: z.boolean(),
  sublabel: z.string().optional(),
})

export const contract = {
  'app.info': call(nothing, appInfo),
  /** `imageId`: the caller is this image's own window; without it, it is a window of the library. */
  'app.events': stream(ofWindow, shellEvent),

  'settings.get': call(nothing, settings),
  'settings.set': call(settings.partial(), settings),
  /** Every later change, whichever window made it. */
  'settings.watch': stream(nothing, settings),

  /** How that window was left (renderer/state/view-state.ts): its own words, which the services only keep. */
  'window.view': call(ofWindow, z.object({ view: keptView.optional() })),
  'window.keepView': call(ofWindow.extend({ view: keptView }), nothing),

  'library.watch': stream(nothing, libraryEvent),
  /** Answers once the folder is stored; rows stream in through library.watch. */
  'library.addFolder': call(
    z.object({ path, recursive: z.boolean().default(true), watched: z.boolean().default(true) }),
    z.object({ folderId }),
  ),
  'library.addFiles': call(
    z.object({ paths: z.array(path).max(10_000) }),
    z.object({ imageIds: z.array(imageId) }),
  ),
  'library.removeFolder': call(z.object({ folderId }), nothing),
  /** Removes rows; files stay where they are. */
  'library.removeImages': call(z.object({ imageIds: z.array(imageId).max(100_000) }), nothing),
  /** Reads the headers again: of these images, or of everything. */
  'library.refresh': call(
    z.object({ imageIds: z.array(imageId).max(100_000).optional() }),
    nothing,
  ),
  /** Where virtual machines were looked for, as far as there was something: the evidence for orphans. */
  'library.vmPlaces': call(
    nothing,
    z.object({
      places: z.array(
        z.object({
          source: vmReference.shape.source.optional(),
          path: z.string(),
          vms: byteCount,
          /** Configurations, or the place itself, that are there and could not be read. */
          unread: z.array(z.object({ path: z.string(), errno: z.string() })),
        }),
      ),
    }),
  ),
  /** Images that may be this missing one, the likeliest first, and what speaks for it. */
  'library.candidates': call(
    z.object({ imageId }),
    z.object({
      candidates: z.array(
        z.object({ imageId, signs: z.array(z.enum(['same-start', 'same-name', 'same-size'])) }),
      ),
    }),
  ),
  /**
   * The file of a missing image is there now. Without `anyway` it is not taken (`taken: false`) when it looks like
   * another one: the image's history would become a stranger's.
   */
  'library.foundAt': call(
    z.object({ imageId, path, anyway: z.boolean().default(false) }),
    z.object({ taken: z.boolean() }),
  ),
  'library.setLinksTrusted': call(z.object({ imageId, trusted: z.boolean() }), nothing),
  /**
   * A file of no format we know is a raw disk from now on, or its format is detected again. Refused for files whose
   * first bytes say what they are.
   */
  'library.setTreatedAsRaw': call(z.object({ imageId, asRaw: z.boolean() }), nothing),

  'images.info': call(z.object({ imageId, withClusters: z.boolean().default(false) }), imageInfo),
  /** The picture of the last map job; absent before the first one. */
  'images.allocation': call(
    z.object({ imageId }),
    z.object({
      summary: allocationSummary.optional(),
      stale: z.boolean(),
      mappedAt: timestamp.optional(),
    }),
  ),
  /** The map as a list, from guest offset `from` on. */
  'images.extents': call(
    z.object({ imageId, from: byteCount, limit: z.number().int().min(1).max(1000) }),
    z.object({ extents: z.array(mapExtent), nextFrom: byteCount.optional() }),
  ),

  /** How a guest has divided the disk; read from guest data. */
  'images.disk': call(z.object({ imageId }), diskLayout),
  /** Snapshots in the order of the image, with what each takes of the file. */
  'images.snapshots': call(
    z.object({ imageId }),
    z.object({
      snapshots: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          createdAt: timestamp,
          vmStateSize: byteCount,
          diskSize: byteCount.optional(),
          /** What deleting it alone would free; absent where the tables cannot tell. */
          exclusiveBytes: byteCount.optional(),
          sharedBytes: byteCount.optional(),
          /** The snapshot whose state this one went on from, as far as order and history tell. */
          parentId: z.string().optional(),
        }),
      ),
      /** The snapshot that the present state goes on from. */
      currentParentId: z.string().optional(),
    }),
  ),
  /** Writes `NAME.sha256` beside the image, as sha256sum does; never over another file. */
  'images.saveChecksum': call(z.object({ imageId, jobId }), z.object({ path: z.string() })),

  /**
   * What an action would come to. Progress, and one plan or several, each better than the one before; the last
   * one is the answer. Only reads.
   */
  'plans.action': stream(
    z.object({ imageId, request: imageAction }),
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('progress'), progress }),
      z.object({ type: z.literal('plan'), plan: actionPlan }),
    ]),
  ),
  'plans.create': call(z.object({ request: createAction }), actionPlan),
  /** Which of many images an action fits, and why not the others; only reads what the library knows. */
  'plans.batch': call(
    z.object({ request: jobRequest, imageIds: z.array(imageId).max(100_000) }),
    z.object({
      /** In the order in which they are to be started. */
      included: z.array(z.object({ imageId, note: batchNote.optional() })),
      skipped: z.array(z.object({ imageId, reason: skipReason })),
      /** Volumes are worked on beside each other, images of one volume as many at once as it bears. */
      volumes: z.array(
        z.object({
          folder: z.string(),
          images: byteCount,
          bytes: byteCount,
          freeBytes: byteCount.optional(),
        }),
      ),
      estimatedSeconds: z.number().nonnegative().optional(),
      /** Of moving: bytes that are copied, because the folder is on another volume, and the room there. */
      copied: z.object({ bytes: byteCount, freeBytes: byteCount.optional() }).optional(),
    }),
  ),

  /** One job per image. Images that the kind does not fit are skipped and counted, never failed. */
  'jobs.start': call(
    z.object({
      request: jobRequest,
      imageIds: z.array(imageId).min(1).max(100_000),
      /** Shown as the batch's title; given when the images are a folder or a selection. */
      batchTitle: z.string().max(200).optional(),
      /** Of the plan that the person saw; for one image. */
      planToken: z.string().max(200).optional(),
      /**
       * For one image that somebody else has open: the job waits until they let go of it, then plans and does what
       * needs no further word.
       */
      whenFree: z.boolean().optional(),
    }),
    z.object({ jobIds: z.array(jobId), batchId: batchId.optional(), skipped: byteCount }),
  ),
  /** The image is in the library once the job has ended. */
  'jobs.create': call(
    z.object({ request: createAction, planToken: z.string().max(200).optional() }),
    z.object({ jobId }),
  ),
  'jobs.cancel': call(z.union([z.object({ jobId }), z.object({ batchId })]), nothing),
  'jobs.pause': call(z.union([z.object({ jobId }), z.object({ batchId })]), nothing),
  'jobs.resume': call(z.union([z.object({ jobId }), z.object({ batchId })]), nothing),
  /** Takes up work that was interrupted, as a new job. */
  'jobs.again': call(z.object({ jobId }), z.object({ jobId })),
  /** What the log has of a job, oldest first. */
  'jobs.log': call(
    z.object({ jobId }),
    z.object({ lines: z.array(z.object({ at: timestamp, level: z.string(), text: z.string() })) }),
  ),
  /** What changed since the last batch that did the same with the same folder, or the same images. */
  'jobs.comparison': call(
    z.object({ batchId }),
    z.object({
      previous: z.object({ batchId, endedAt: timestamp }).optional(),
      /** Images whose result is worse, better, or that only one of the two has. */
      worse: z.array(changedImage),
      better: z.array(changedImage),
      added: byteCount,
      gone: byteCount,
    }),
  ),
  'jobs.watch': stream(nothing, jobEvent),
  'jobs.get': call(z.object({ jobId }), job),
  'jobs.batch': call(z.object({ batchId }), z.object({ jobs: z.array(job) })),
  'jobs.report': call(
    z.object({ batchId, format: reportFormat }),
    z.object({ fileName: z.string(), mimeType: z.string(), text: z.string() }),
  ),

  /** Ended jobs, newest first. */
  'history.page': call(
    z.object({
      imageId: imageId.optional(),
      kinds: z.array(jobKind).optional(),
      before: z.string().optional(),
      limit: z.number().int().min(1).max(500),
    }),
    z.object({ jobs: z.array(job), nextBefore: z.string().optional() }),
  ),

  'undo.store': call(nothing, undoStore),
  /** Forgets what is kept for these jobs, or for all; nothing can bring it back. */
  'undo.purge': call(z.object({ jobIds: z.array(jobId).max(10_000).optional() }), nothing),

  /** Desktop: the system's dialog for a folder that something is put into; absent when it was closed. */
  'shell.chooseFolder': call(nothing, z.object({ path: path.optional() })),
  /** Desktop: for an image that is to be named, such as a backing file; absent when it was closed. */
  'shell.chooseFile': call(nothing, z.object({ path: path.optional() })),
  'shell.openWindow': call(z.object({ imageId }), nothing),
  'shell.startDrag': call(z.object({ imageIds: z.array(imageId).min(1).max(1000) }), nothing),
  /** Desktop: the system's dialog, then the chosen paths are added. Empty when it was closed. */
  'shell.openImages': call(nothing, z.object({ imageIds: z.array(imageId) })),
  'shell.openFolder': call(nothing, z.object({ folderId: folderId.optional() })),
  /** Desktop: in the system's file manager. A report: one that was saved since the start. */
  'shell.showInFolder': call(
    z.union([
      z.strictObject({ imageId }),
      z.strictObject({ folderId }),
      z.strictObject({ report: path }),
    ]),
    nothing,
  ),
  /** Desktop: asks where to, and writes the report of a batch there; without a path when nobody chose one. */
  'shell.saveReport': call(
    z.object({ batchId, format: reportFormat }),
    z.object({ path: path.optional() }),
  ),
  /** Desktop: the native row menu for these images; answers with the chosen command's id. */
  'shell.popupMenu': call(
    z.object({
      items: z
        .array(
          menuItem.extend({
            separatorBefore: z.boolean().default(false),
            /** A submenu of these. */
            items: z.array(menuItem).max(100).optional(),
          }),
        )
        .max(100),
    }),
    z.object({ chosen: z.string().optional() }),
  ),
  /** Desktop: enabled states of the application menu follow the selection, while that window has the focus. */
  'shell.setMenuState': call(
    ofWindow.extend({ enabled: z.record(z.string(), z.boolean()) }),
    nothing,
  ),
  /** Web: folders and image files below the host's roots; without a path, the roots themselves. */
  'files.browse': call(
    z.object({ path: path.optional() }),
    z.object({
      path: z.string().optional(),
      parent: z.string().optional(),
      entries: z.array(folderEntry),
    }),
  ),
} as const

export type Contract = typeof contract
