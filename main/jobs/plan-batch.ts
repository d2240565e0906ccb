import path from 'node:path'
import type { BatchNote, SkipReason } from '../../ipc/schemas/batch.ts'
import type { JobRequest } from '../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import type { ManyFiles, ManyFilesRequest } from '../files/many-files.ts'
import type { Fit } from './job-subjects.ts'
import type { SchedulerLimits } from './scheduler.ts'

export interface BatchPlan {
  readonly included: readonly { readonly imageId: number; readonly note?: BatchNote }[]
  readonly skipped: readonly { readonly imageId: number; readonly reason: SkipReason }[]
  readonly volumes: readonly BatchVolume[]
  readonly estimatedSeconds?: number
  /** Of moving: what is copied to another volume, and the room there. */
  readonly copied?: ManyFiles['copied']
}

/** As the services make it. */
export type PlanBatchOf = (request: JobRequest, imageIds: readonly number[]) => Promise<BatchPlan>

export interface BatchVolume {
  /** The innermost folder that holds all its images of the batch. */
  readonly folder: string
  readonly images: number
  /** Bytes that the images take of it. */
  readonly bytes: number
  /** Absent where the system does not tell. */
  readonly freeBytes?: number
}

export interface PlanBatchParts {
  readonly fit: (imageId: number, request: JobRequest) => Fit
  readonly row: (imageId: number) => LibraryRow | undefined
  readonly limits: () => SchedulerLimits
  readonly freeBytesAt: (folder: string) => Promise<number | undefined>
  /** What stands against files going to a folder or to the Trash. Throws what stands against the folder. */
  readonly files: (request: ManyFilesRequest, rows: readonly LibraryRow[]) => Promise<ManyFiles>
  /** What stands against taking a batch back. */
  readonly undo: (batchId: string, imageIds: readonly number[]) => BatchPlan
  /** What work of this kind took lately, in milliseconds for each byte that an image takes; undefined: none was done. */
  readonly pace: (kind: JobRequest['kind']) => number | undefined
}

interface Included {
  readonly row: LibraryRow
  readonly volume: string
  readonly note: BatchNote | undefined
}

/** What a batch would take in, from what the library knows: no image is opened for it. */
export async function planBatch(
  parts: PlanBatchParts,
  request: JobRequest,
  imageIds: readonly number[],
): Promise<BatchPlan> {
  const { fit, row: rowOf, limits, freeBytesAt, pace } = parts
  if (request.kind === 'undo') {
    return 'batch' in request.parameters
      ? parts.undo(request.parameters.batch, imageIds)
      : oneByOne(imageIds)
  }
  const fitting: Included[] = []
  const skipped: { imageId: number; reason: SkipReason }[] = []
  for (const imageId of new Set(imageIds)) {
    const answer = fit(imageId, request)
    const row = rowOf(imageId)
    const reason = !answer.fits
      ? answer.reason
      : row === undefined
        ? gone
        : reasonAgainst(row, request)
    if (reason !== undefined || !answer.fits || row === undefined) {
      skipped.push({ imageId, reason: reason ?? gone })
    } else {
      fitting.push({ row, volume: answer.volume, note: noteOf(row, request) })
    }
  }
  const { included, skipped: files, copied } = await ofFiles(parts, request, fitting)
  skipped.push(...files)
  const volumes = Array.from(Map.groupBy(included, ({ volume }) => volume).values())
  const seconds = estimate(volumes, request, limits(), pace(request.kind))
  return {
    included: included.map(({ row, note }) => ({
      imageId: row.id,
      ...(note === undefined ? {} : { note }),
    })),
    skipped,
    volumes: await Promise.all(volumes.map((images) => describe(images, freeBytesAt))),
    ...(seconds === undefined ? {} : { estimatedSeconds: seconds }),
    ...(copied === undefined ? {} : { copied }),
  }
}

/** Moves and the Trash are about files as a whole and about each other; other work on many is not. */
async function ofFiles(
  { files }: PlanBatchParts,
  request: JobRequest,
  fitting: readonly Included[],
): Promise<Pick<ManyFiles, 'skipped' | 'copied'> & { readonly included: readonly Included[] }> {
  if (request.kind !== 'move' && request.kind !== 'trash') {
    return { included: fitting, skipped: [] }
  }
  const volumeOf = new Map(fitting.map(({ row, volume }) => [row.id, volume]))
  const looked = await files(
    request,
    fitting.map(({ row }) => row),
  )
  const included = looked.included.map((each) => ({
    ...each,
    volume: volumeOf.get(each.row.id) ?? '',
  }))
  return { ...looked, included }
}

const oneByOne = (imageIds: readonly number[]): BatchPlan => ({
  included: [],
  skipped: imageIds.map((imageId) => ({ imageId, reason: { kind: 'one-by-one' } })),
  volumes: [],
})

const gone: SkipReason = { kind: 'gone' }

const isChange = (request: JobRequest): boolean => 'parameters' in request

/** What is known to stand against a change, so that nobody waits for its turn to learn it. */
function reasonAgainst(row: LibraryRow, request: JobRequest): SkipReason | undefined {
  if (!isChange(request)) return undefined
  const { kind } = request
  if (kind === 'rename') return { kind: 'one-by-one' }
  // Whether a file can be written or read is nothing to its place.
  if (kind === 'remove' || kind === 'move' || kind === 'trash') return undefined
  if (row.readOnly) return { kind: 'read-only' }
  if (row.health === 'cannot-read') return { kind: 'unreadable' }
  return request.kind === 'repair' ? reasonAgainstRepair(row, request.parameters.mode) : undefined
}

/** As far as a check of the file as it is now told. */
function reasonAgainstRepair(
  { health, healthStale }: LibraryRow,
  mode: 'all' | 'leaks',
): SkipReason | undefined {
  if (healthStale) return undefined
  if (health === 'healthy') return { kind: 'nothing-to-repair' }
  const isDamaged = health === 'needs-repair' || health === 'damaged'
  return mode === 'leaks' && isDamaged ? { kind: 'needs-full-repair' } : undefined
}

/** What may stand against it by then: the plan of each image is made when its turn comes. */
function noteOf(row: LibraryRow, request: JobRequest): BatchNote | undefined {
  if (!isChange(request) || request.kind === 'remove') return undefined
  const [holder] = row.use.holders
  if (row.use.state === 'writing' || row.use.state === 'reading') {
    return {
      kind: 'in-use',
      ...(holder === undefined ? {} : { holder: holder.vm ?? holder.name }),
    }
  }
  if (row.childCount > 0 && request.kind !== 'compact' && request.kind !== 'snapshot') {
    return { kind: 'overlays', count: row.childCount }
  }
  if (request.kind !== 'repair' && (row.health === 'damaged' || row.health === 'needs-repair')) {
    return { kind: 'damaged' }
  }
  return undefined
}

async function describe(
  images: readonly Included[],
  freeBytesAt: PlanBatchParts['freeBytesAt'],
): Promise<BatchVolume> {
  const folder = images
    .map(({ row }) => row.location)
    .reduce((common, location) => commonFolder(common, location))
  const freeBytes = await freeBytesAt(folder)
  return {
    folder,
    images: images.length,
    bytes: bytesOf(images),
    ...(freeBytes === undefined ? {} : { freeBytes }),
  }
}

function commonFolder(one: string, other: string): string {
  let folder = one
  while (
    other !== folder &&
    !other.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)
  ) {
    const above = path.dirname(folder)
    if (above === folder) return folder
    folder = above
  }
  return folder
}

const bytesOf = (images: readonly Included[]): number =>
  images.reduce((sum, { row }) => sum + (row.onDisk ?? row.fileLength), 0)

/** The slowest volume, or all work by all threads: whichever takes longer. In seconds. */
function estimate(
  volumes: readonly (readonly Included[])[],
  request: JobRequest,
  { jobs, readersPerVolume, writersPerVolume }: SchedulerLimits,
  msPerByte: number | undefined,
): number | undefined {
  if (msPerByte === undefined || volumes.length === 0) return undefined
  const beside = Math.max(1, isChange(request) ? writersPerVolume : readersPerVolume)
  const times = volumes.map((images) => (bytesOf(images) * msPerByte) / 1000)
  const slowest = Math.max(
    ...times.map((time, index) => time / Math.min(beside, volumes[index]?.length ?? 1)),
  )
  const all = times.reduce((sum, time) => sum + time, 0) / Math.max(1, jobs)
  return Math.max(slowest, all)
}
