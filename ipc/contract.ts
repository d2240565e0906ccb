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
import { batchId, job, jobEvent, jobId, jobKind, jobRequest } from './schemas/job.ts'
import { folderId, libraryEvent } from './schemas/library.ts'

const nothing = z.object({})
const path = z.string().min(1).max(4096)

export const contract = {
  'app.info': call(nothing, appInfo),
  'app.events': stream(nothing, shellEvent),

  'settings.get': call(nothing, settings),
  'settings.set': call(settings.partial(), settings),

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
  'library.setLinksTrusted': call(z.object({ imageId, trusted: z.boolean() }), nothing),

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

  /** One job per image. Images that the kind does not fit are skipped and counted, never failed. */
  'jobs.start': call(
    z.object({
      request: jobRequest,
      imageIds: z.array(imageId).min(1).max(100_000),
      /** Shown as the batch's title; given when the images are a folder or a selection. */
      batchTitle: z.string().max(200).optional(),
    }),
    z.object({ jobIds: z.array(jobId), batchId: batchId.optional(), skipped: byteCount }),
  ),
  'jobs.cancel': call(z.union([z.object({ jobId }), z.object({ batchId })]), nothing),
  'jobs.watch': stream(nothing, jobEvent),
  'jobs.get': call(z.object({ jobId }), job),
  'jobs.batch': call(z.object({ batchId }), z.object({ jobs: z.array(job) })),
  'jobs.report': call(
    z.object({ batchId, format: z.enum(['csv', 'json', 'html']) }),
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

  /** Desktop: the system's dialog, then the chosen paths are added. Empty when it was closed. */
  'shell.openImages': call(nothing, z.object({ imageIds: z.array(imageId) })),
  'shell.openFolder': call(nothing, z.object({ folderId: folderId.optional() })),
  'shell.showInFolder': call(z.object({ imageId }), nothing),
  /** Desktop: the native row menu for these images; answers with the chosen command's id. */
  'shell.popupMenu': call(
    z.object({
      items: z
        .array(
          z.object({
            id: z.string(),
            label: z.string(),
            enabled: z.boolean(),
            sublabel: z.string().optional(),
            separatorBefore: z.boolean().default(false),
          }),
        )
        .max(100),
    }),
    z.object({ chosen: z.string().optional() }),
  ),
  /** Desktop: enabled states of the application menu follow the selection. */
  'shell.setMenuState': call(z.object({ enabled: z.record(z.string(), z.boolean()) }), nothing),
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
