import { z } from 'zod'
import { createAction, imageAction } from './action.ts'
import { changeKind, changeRequest, changeResult } from './change.ts'
import { checkResult, hashAlgorithm, hashResult, hashTarget } from './check.ts'
import { errorData } from './error.ts'
import { byteCount, imageId, timestamp } from './image.ts'

export const jobId = z.string().min(1).max(64)
export const batchId = z.string().min(1).max(64)

/** Work that only reads. */
export const lookRequest = z.discriminatedUnion('kind', [
  /** `metadata`: every table; `full`: also unpacks every compressed cluster. */
  z.object({ kind: z.literal('check'), depth: z.enum(['metadata', 'full']).default('metadata') }),
  z.object({
    kind: z.literal('hash'),
    algorithm: hashAlgorithm.default('sha256'),
    target: hashTarget.default('content'),
  }),
  z.object({ kind: z.literal('map') }),
])
export type LookRequest = z.infer<typeof lookRequest>

/** What the services carry out on images that are there. */
export const jobRequest = z.union([lookRequest, imageAction])
export type JobRequest = z.infer<typeof jobRequest>
/** Making an image is a job, too, but none on an image of the library. */
export const anyRequest = z.union([jobRequest, createAction])
export type AnyRequest = z.infer<typeof anyRequest>

/** What a job was about, as the history keeps it: changes in one form, whoever asked for them. */
export const recordedRequest = z.union([lookRequest, changeRequest])
export type RecordedRequest = z.infer<typeof recordedRequest>

export const jobKind = z.enum(['check', 'hash', 'map', ...changeKind.options])
export type JobKind = z.infer<typeof jobKind>

/** main/jobs/job.ts holds the table of transitions. */
export const jobState = z.enum([
  'queued',
  'running',
  'pausing',
  'paused',
  'cancelling',
  'succeeded',
  'failed',
  'cancelled',
  'interrupted',
  /** One of a batch whose plan, made when its turn came, said no. */
  'skipped',
])
export type JobState = z.infer<typeof jobState>

export const progress = z.object({
  phase: z.string(),
  done: z.number().nonnegative(),
  total: z.number().nonnegative(),
  unit: z.enum(['bytes', 'clusters', 'files']),
  /** Units per second, mean of the last seconds; absent in the first ones. */
  speed: z.number().nonnegative().optional(),
  /** Estimated seconds left; absent in the first 3 s and when the speed is unknown. */
  secondsLeft: z.number().nonnegative().optional(),
  /** How much of all phases is done, 0 to 1, weighted by what each costs; never falls. */
  share: z.number().min(0).max(1).optional(),
})
export type JobProgress = z.infer<typeof progress>

/** What a job left behind; the map's picture itself is fetched with images.allocation. */
export const jobResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('check'), check: checkResult }),
  z.object({ kind: z.literal('hash'), hash: hashResult }),
  z.object({
    kind: z.literal('map'),
    totals: z.record(z.string(), byteCount),
    extentCount: byteCount,
  }),
  changeResult,
])
export type JobResult = z.infer<typeof jobResult>

/** The image file's own numbers before and after a job. */
export const fileNumbers = z.object({
  /** End of file. */
  length: byteCount,
  /** Bytes the host stores. */
  onDisk: byteCount,
  modifiedAt: timestamp,
})
export type FileNumbers = z.infer<typeof fileNumbers>

/**
 * The one record every surface renders. Lists and streams carry the first findings of a check only
 * (`findingsOmitted` counts the others); `jobs.get` carries them all.
 */
export const job = z.object({
  id: jobId,
  request: recordedRequest,
  imageId,
  imageName: z.string(),
  imagePath: z.string(),
  /** Jobs started together (a batch check) share it. */
  batchId: batchId.optional(),
  state: jobState,
  actor: z.enum(['desktop', 'web', 'cli']),
  queuedAt: timestamp,
  startedAt: timestamp.optional(),
  endedAt: timestamp.optional(),
  /** Of a queued job: who has the image open (a virtual machine, else a program) and is waited for. */
  waitsFor: z.object({ holder: z.string().optional() }).optional(),
  progress: progress.optional(),
  /** One sentence, such as "No problems found". */
  summary: z.string().optional(),
  result: jobResult.optional(),
  error: errorData.optional(),
  fileBefore: fileNumbers.optional(),
  fileAfter: fileNumbers.optional(),
  /**
   * Of an ended change: whether it can be taken back as far as is known without looking at the image. A plan
   * says what is true now.
   */
  undo: z.enum(['possible', 'done', 'not-needed', 'no']).optional(),
  /** An ended change that found nothing to do. */
  isIdle: z.boolean().optional(),
  /** The image is a raw disk because a person said so: a line that does the same says so, too. */
  treatedAsRaw: z.boolean().optional(),
  /** Interrupted work that can be taken up again. */
  canResume: z.boolean().optional(),
  engineVersion: z.string(),
})
export type Job = z.infer<typeof job>

export const batchCounters = z.object({
  id: batchId,
  kind: jobKind,
  title: z.string(),
  startedAt: timestamp,
  endedAt: timestamp.optional(),
  total: byteCount,
  done: byteCount,
  paused: z.boolean().optional(),
  ok: byteCount,
  leaks: byteCount,
  damaged: byteCount,
  unreadable: byteCount,
  /** Of changes: there was nothing to do. */
  nothing: byteCount,
  /** Of work other than checks. */
  failed: byteCount,
  cancelled: byteCount,
  /**
   * Left out: the work does not fit them (raw, foreign formats), or their plan said no when their turn came. The
   * report lists them with their reasons; the second kind counts among the done, too.
   */
  skipped: byteCount,
})
export type BatchCounters = z.infer<typeof batchCounters>

/**
 * First a `snapshot` of everything that runs or waits, what the last run left unfinished, and the newest batches; then
 * changes.
 */
export const jobEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), jobs: z.array(job), batches: z.array(batchCounters) }),
  z.object({ type: z.literal('jobs'), jobs: z.array(job) }),
  /** Progress only, of all jobs that made some; at most ten a second and job. */
  z.object({
    type: z.literal('progress'),
    jobs: z.array(z.object({ id: jobId, progress })),
  }),
  z.object({ type: z.literal('batches'), batches: z.array(batchCounters) }),
])
export type JobEvent = z.infer<typeof jobEvent>
