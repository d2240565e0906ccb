/** One row a job, from the moment it was asked for; ended ones are the history. */
import path from 'node:path'
import { z } from 'zod'
import { errorData } from '../../ipc/schemas/error.ts'
import {
  fileNumbers,
  jobResult,
  jobState,
  recordedRequest,
  type Job,
  type JobKind,
  type JobState,
} from '../../ipc/schemas/job.ts'
import { canResume } from '../jobs/can-resume.ts'
import type { JobOutcome } from '../jobs/job-summary.ts'
import type { ReadableDb, WritableDb } from './db.ts'
import { jsonColumn, optional } from './json-column.ts'
import { rememberUndo, undoOf, undoState } from './undos.ts'

const jobRow = z
  .object({
    id: z.number(),
    request: jsonColumn(recordedRequest),
    image_id: z.number(),
    image_path: z.string(),
    batch_id: z.number().nullable(),
    state: jobState,
    actor: z.enum(['desktop', 'web', 'cli']),
    engine_version: z.string(),
    queued_at: z.number(),
    started_at: z.number().nullable(),
    ended_at: z.number().nullable(),
    summary: z.string().nullable(),
    result: jsonColumn(jobResult).nullable(),
    error: jsonColumn(errorData).nullable(),
    file_before: jsonColumn(fileNumbers).nullable(),
    file_after: jsonColumn(fileNumbers).nullable(),
    undo_state: undoState.nullable(),
    is_idle: z.number().nullable(),
    when_free: z.number().nullable(),
    treated_as_raw: z.number(),
  })
  .transform((row): Job => ({
    id: String(row.id),
    request: row.request,
    imageId: row.image_id,
    imageName: path.basename(row.image_path),
    imagePath: row.image_path,
    batchId: row.batch_id === null ? undefined : String(row.batch_id),
    state: row.state,
    actor: row.actor,
    engineVersion: row.engine_version,
    queuedAt: row.queued_at,
    startedAt: optional(row.started_at),
    endedAt: optional(row.ended_at),
    summary: optional(row.summary),
    result: optional(row.result),
    error: optional(row.error),
    fileBefore: optional(row.file_before),
    fileAfter: optional(row.file_after),
    undo: undoOf(row, optional(row.undo_state)),
    ...(row.is_idle === 1 ? { isIdle: true } : {}),
    ...(row.treated_as_raw === 1 ? { treatedAsRaw: true } : {}),
    ...(row.when_free === 1 && row.state === 'queued' ? { waitsFor: {} } : {}),
    ...(row.state === 'interrupted' ? { canResume: canResume(row.request) } : {}),
  }))

const columns = `id, request, image_id, image_path, batch_id, state, actor, engine_version, queued_at,
  started_at, ended_at, summary, result, error, file_before, file_after,
  (SELECT state FROM undos WHERE undos.job_id = jobs.id) AS undo_state,
  outcome = 'nothing' AS is_idle, when_free, treated_as_raw`

/** Ids are integers in the database and text elsewhere; text that is no id of ours finds nothing. */
export function parseId(text: string): number | undefined {
  const id = Number(text)
  return /^[1-9]\d{0,14}$/.test(text) ? id : undefined
}

export function findJob(db: ReadableDb, id: string): Job | undefined {
  const number = parseId(id)
  const row =
    number === undefined
      ? undefined
      : db.get(`SELECT ${columns} FROM jobs WHERE id = $number`, { number })
  return row === undefined ? undefined : jobRow.parse(row)
}

/** What runs or waits. */
export const openJobs = (db: ReadableDb): readonly Job[] =>
  db
    .all(`SELECT ${columns} FROM jobs WHERE ended_at IS NULL ORDER BY id`)
    .map((row) => jobRow.parse(row))

export function jobsOfBatch(db: ReadableDb, batchId: string): readonly Job[] {
  const number = parseId(batchId) ?? 0
  return db
    .all(`SELECT ${columns} FROM jobs WHERE batch_id = $number ORDER BY id`, { number })
    .map((row) => jobRow.parse(row))
}

/** What a batch did to an image; the newest, should there be several. */
export function jobOfBatchOn(
  db: ReadableDb,
  { batchId, imageId }: { readonly batchId: string; readonly imageId: number },
): Job | undefined {
  const row = db.get(
    `SELECT ${columns} FROM jobs WHERE batch_id = $batch AND image_id = $imageId ORDER BY id DESC`,
    { batch: parseId(batchId) ?? 0, imageId },
  )
  return row === undefined ? undefined : jobRow.parse(row)
}

/** Single jobs that a start at that moment found unfinished, the newest first. */
export const leftBehind = (db: ReadableDb, foundAt: number): readonly Job[] =>
  db
    .all(
      `SELECT ${columns} FROM jobs
       WHERE state = 'interrupted' AND ended_at = $foundAt AND batch_id IS NULL ORDER BY id DESC LIMIT 100`,
      { foundAt },
    )
    .map((row) => jobRow.parse(row))

const idRow = z.object({ id: z.number() })

/** Jobs of a batch that found nothing to do. */
export const idleJobsOfBatch = (db: ReadableDb, batchId: string): ReadonlySet<string> =>
  new Set(
    db
      .all(`SELECT id FROM jobs WHERE batch_id = $number AND outcome = 'nothing'`, {
        number: parseId(batchId) ?? 0,
      })
      .map((row) => String(idRow.parse(row).id)),
  )

export interface HistoryQuery {
  readonly imageId?: number | undefined
  readonly kinds?: readonly JobKind[] | undefined
  /** The `nextBefore` of the page before. */
  readonly before?: string | undefined
  readonly limit: number
}

export interface HistoryPage {
  readonly jobs: readonly Job[]
  /** Absent on the last page. */
  readonly nextBefore: string | undefined
}

/** Ended jobs, the one that ended last first. */
export function historyPage(
  db: ReadableDb,
  { imageId, kinds, before, limit }: HistoryQuery,
): HistoryPage {
  // A cursor names the last job of a page by its end and id: jobs of one batch end in one millisecond.
  const [endedBefore, idBefore] = /^\d{1,15}-\d{1,15}$/.test(before ?? '')
    ? (before ?? '').split('-').map(Number)
    : []
  const jobs = db
    .all(
      `SELECT ${columns} FROM jobs
       WHERE ended_at IS NOT NULL
         AND ($imageId IS NULL OR image_id = $imageId)
         AND ($kinds IS NULL OR kind IN (SELECT value FROM json_each($kinds)))
         AND ($endedBefore IS NULL OR (ended_at, id) < ($endedBefore, $idBefore))
       ORDER BY ended_at DESC, id DESC LIMIT $limit`,
      {
        imageId: imageId ?? null,
        kinds: kinds === undefined ? null : JSON.stringify(kinds),
        endedBefore: endedBefore ?? null,
        idBefore: idBefore ?? null,
        limit: limit + 1,
      },
    )
    .map((row) => jobRow.parse(row))
  const page = jobs.slice(0, limit)
  const last = page.at(-1)
  return {
    jobs: page,
    nextBefore:
      jobs.length > limit && last !== undefined ? `${last.endedAt}-${last.id}` : undefined,
  }
}

export function insertJob(db: WritableDb, job: Omit<Job, 'id' | 'imageName'>): Job {
  const { lastId } = db.run(
    `INSERT INTO jobs (kind, request, image_id, image_path, batch_id, state, actor, engine_version,
       queued_at, when_free, treated_as_raw)
     VALUES ($kind, $request, $imageId, $path, $batchId, $state, $actor, $engineVersion, $queuedAt, $whenFree,
       $treatedAsRaw)`,
    {
      kind: job.request.kind,
      request: JSON.stringify(job.request),
      imageId: job.imageId,
      path: job.imagePath,
      batchId: job.batchId === undefined ? null : Number(job.batchId),
      state: job.state,
      actor: job.actor,
      engineVersion: job.engineVersion,
      queuedAt: job.queuedAt,
      whenFree: job.waitsFor === undefined ? null : 1,
      treatedAsRaw: Number(job.treatedAsRaw === true),
    },
  )
  return { ...job, id: String(lastId), imageName: path.basename(job.imagePath) }
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

/** Everything that can change after a job was stored, and what takes it back once it has ended. */
export function updateJob(db: WritableDb, job: Job, outcome: JobOutcome | undefined): void {
  rememberUndo(db, job)
  db.run(
    `UPDATE jobs SET state = $state, outcome = $outcome, image_path = $path, started_at = $startedAt,
       ended_at = $endedAt, summary = $summary, result = $result, error = $error,
       file_before = $before, file_after = $after WHERE id = $id`,
    {
      id: Number(job.id),
      state: job.state,
      outcome: outcome ?? null,
      path: job.imagePath,
      startedAt: job.startedAt ?? null,
      endedAt: job.endedAt ?? null,
      summary: job.summary ?? null,
      result: json(job.result),
      error: json(job.error),
      before: json(job.fileBefore),
      after: json(job.fileAfter),
    },
  )
}

/**
 * At a start: whatever has not ended belongs to a run that did not end well, but for what waits until its image is free.
 * Answers how many.
 */
export function interruptOpenJobs(db: WritableDb, endedAt: number): number {
  const summary = 'Platter ended before this was done'
  const interrupted: JobState = 'interrupted'
  const outcome: JobOutcome = 'cancelled'
  return db.transaction(() => {
    db.run('UPDATE batches SET ended_at = $endedAt WHERE ended_at IS NULL', { endedAt })
    return db.run(
      `UPDATE jobs SET state = $interrupted, outcome = $outcome, ended_at = $endedAt, summary = $summary
       WHERE ended_at IS NULL AND (when_free IS NULL OR state != 'queued')`,
      { interrupted, outcome, endedAt, summary },
    ).changes
  })
}

const paceRow = z.object({ milliseconds: z.number().nullable(), bytes: z.number().nullable() })

/** What jobs of a kind took lately, in milliseconds for each byte that their images take; undefined: there were none. */
export function recentPace(db: ReadableDb, kind: JobKind): number | undefined {
  const { milliseconds, bytes } = paceRow.parse(
    db.get(
      `SELECT SUM(ended_at - started_at) AS milliseconds, SUM(bytes) AS bytes FROM (
         SELECT ended_at, started_at, json_extract(file_before, '$.onDisk') AS bytes FROM jobs
         WHERE kind = $kind AND state = 'succeeded' AND started_at IS NOT NULL AND file_before IS NOT NULL
         ORDER BY id DESC LIMIT 50)`,
      { kind },
    ),
  )
  return milliseconds === null || bytes === null || bytes === 0 ? undefined : milliseconds / bytes
}
