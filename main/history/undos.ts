/** What takes ended jobs back: one row a job that has something to take back, or had. */
import { z } from 'zod'
import { undoLabels } from '../../core/index.ts'
import { doneChange } from '../../ipc/schemas/done-change.ts'
import { isChange, type ChangeKind } from '../../ipc/schemas/change.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { ReadableDb, WritableDb } from './db.ts'
import { forgetLastCheck } from './images.ts'
import { jsonColumn } from './json-column.ts'

const place = {
  /** Absolute paths. */
  from: z.string(),
  to: z.string(),
  /** `device:inode` of the file at its new place; of a pending one, at its old place. */
  identity: z.string(),
  /** Of a pending one: bytes of the file. */
  length: z.number().optional(),
}

/** What has to be known to take a job back; paths are absolute. */
export const undoRecord = z.discriminatedUnion('kind', [
  /** What the engine knows how to take back, with the file it keeps for it where there is one. */
  z.object({ kind: z.literal('change'), change: doneChange }),
  /** The safety copy may lie beside the image or in the store. */
  z.object({ kind: z.literal('repair'), safetyCopy: z.string() }),
  z.object({
    kind: z.literal('place'),
    ...place,
    /** The image's own backing name, where it had to change for the new place. */
    own: doneChange.optional(),
    /** Overlays that were told of the new place. */
    overlays: z.array(z.object({ path: z.string(), change: doneChange })),
  }),
  z.object({ kind: z.literal('trash'), ...place, info: z.string(), single: z.boolean() }),
  z.object({
    kind: z.literal('remove'),
    path: z.string(),
    single: z.boolean(),
    /** `device:inode` of the file when it left; absent when it was missing. */
    identity: z.string().optional(),
  }),
])
export type UndoRecord = Readonly<z.infer<typeof undoRecord>>
export type UndoRecordOf<Kind extends UndoRecord['kind']> = Extract<
  UndoRecord,
  { readonly kind: Kind }
>

/**
 * `pending`: the job goes on; should it be interrupted, this takes back what it did. `gone`: nobody can take it back any
 * more, because its keepings were let go of.
 */
export const undoState = z.enum(['pending', 'possible', 'undone', 'gone'])
export type UndoState = z.infer<typeof undoState>

const undoRow = z
  .object({
    job_id: z.number(),
    image_id: z.number(),
    state: undoState,
    record: jsonColumn(undoRecord),
    kept_bytes: z.number(),
    made_at: z.number(),
  })
  .transform((row) => ({
    jobId: String(row.job_id),
    imageId: row.image_id,
    state: row.state,
    record: row.record,
    keptBytes: row.kept_bytes,
    madeAt: row.made_at,
  }))
export type StoredUndo = Readonly<z.infer<typeof undoRow>>

const columns = 'job_id, image_id, state, record, kept_bytes, made_at'

export function findUndo(db: ReadableDb, jobId: string): StoredUndo | undefined {
  const row = db.get(`SELECT ${columns} FROM undos WHERE job_id = $id`, { id: Number(jobId) || 0 })
  return row === undefined ? undefined : undoRow.parse(row)
}

/** What can be taken back, newest first. */
export const possibleUndos = (
  db: ReadableDb,
  { limit, imageId }: { readonly limit: number; readonly imageId?: number },
): readonly StoredUndo[] =>
  db
    .all(
      `SELECT ${columns} FROM undos
       WHERE state = 'possible' AND ($imageId IS NULL OR image_id = $imageId)
       ORDER BY job_id DESC LIMIT $limit`,
      { limit, imageId: imageId ?? null },
    )
    .map((row) => undoRow.parse(row))

/** What the store holds bytes for, oldest first. */
export const keptUndos = (db: ReadableDb): readonly StoredUndo[] =>
  db
    .all(
      `SELECT ${columns} FROM undos WHERE state = 'possible' AND kept_bytes > 0 ORDER BY made_at, job_id`,
    )
    .map((row) => undoRow.parse(row))

/** What is kept for images that were missing, or out of the library, before that moment already. */
export const keptForLost = (db: ReadableDb, before: number): readonly StoredUndo[] =>
  db
    .all(
      `SELECT ${columns} FROM undos WHERE state = 'possible' AND kept_bytes > 0 AND EXISTS (
         SELECT 1 FROM images WHERE images.id = image_id AND min(
           coalesce(missing_since, removed_at), coalesce(removed_at, missing_since)) < $before)`,
      { before },
    )
    .map((row) => undoRow.parse(row))

export function saveUndo(
  db: WritableDb,
  {
    jobId,
    imageId,
    record,
    madeAt,
    state = 'possible',
  }: Pick<StoredUndo, 'jobId' | 'imageId' | 'record' | 'madeAt'> & {
    readonly state?: 'pending' | 'possible'
  },
): void {
  db.run(
    `INSERT INTO undos (job_id, image_id, state, record, made_at)
     VALUES ($jobId, $imageId, $state, $record, $madeAt)
     ON CONFLICT (job_id) DO UPDATE SET state = $state, record = $record, made_at = $madeAt`,
    { jobId: Number(jobId), imageId, state, record: JSON.stringify(record), madeAt },
  )
}

/** What the store holds for it; `possible` from now on, when it was not so already. */
export function saveKeptBytes(db: WritableDb, jobId: string, keptBytes: number): void {
  db.run(
    `UPDATE undos SET kept_bytes = $keptBytes, state = 'possible'
     WHERE job_id = $jobId AND state IN ('pending', 'possible')`,
    { jobId: Number(jobId), keptBytes },
  )
}

export function deletePendingUndo(db: WritableDb, jobId: string): void {
  db.run(`DELETE FROM undos WHERE job_id = $jobId AND state = 'pending'`, { jobId: Number(jobId) })
}

export const pendingUndos = (db: ReadableDb): readonly StoredUndo[] =>
  db
    .all(`SELECT ${columns} FROM undos WHERE state = 'pending' ORDER BY job_id`)
    .map((row) => undoRow.parse(row))

/** Only what was possible changes: what was undone was undone. */
export function endUndo(db: WritableDb, jobId: string, state: 'undone' | 'gone'): void {
  db.run(
    `UPDATE undos SET state = $state, kept_bytes = 0 WHERE job_id = $jobId AND state = 'possible'`,
    { jobId: Number(jobId) || 0, state },
  )
}

/**
 * Whether a person took this image out of the library, as long as that was not undone: that its file is still where it
 * was, or now lies in the Trash, is no reason to show it again.
 */
export function wasTakenOut(db: ReadableDb, imageId: number, file: string): boolean {
  const row = db.get(
    `SELECT ${columns} FROM undos WHERE image_id = $imageId
       AND json_extract(record, '$.kind') IN ('remove', 'trash') ORDER BY job_id DESC LIMIT 1`,
    { imageId },
  )
  const last = row === undefined ? undefined : undoRow.parse(row)
  if (last === undefined || last.state === 'undone') return false
  return last.record.kind === 'remove' || (last.record.kind === 'trash' && last.record.to === file)
}

/** Called when a job's end is stored, by whoever did it: the window or the command line. */
export function rememberUndo(db: WritableDb, job: Job): void {
  const { request, result, state, endedAt } = job
  if (state !== 'succeeded' || result?.kind !== 'change' || endedAt === undefined) return
  const textOf = (wanted: string): string | undefined => {
    const fact = result.facts.find(({ label }) => label === wanted)
    return fact !== undefined && 'text' in fact ? fact.text : undefined
  }
  const undone = request.kind === 'undo' ? textOf(undoLabels.undone) : undefined
  if (undone !== undefined) {
    // What a check found of the repaired tables is not true of those that are back.
    if (findUndo(db, undone)?.record.kind === 'repair') forgetLastCheck(db, job.imageId)
    endUndo(db, undone, 'undone')
  }
  const safetyCopy = request.kind === 'repair' ? textOf(undoLabels.safetyCopy) : undefined
  const record: UndoRecord | undefined =
    result.undo === undefined
      ? safetyCopy === undefined
        ? undefined
        : { kind: 'repair', safetyCopy }
      : { kind: 'change', change: result.undo }
  if (record === undefined) return
  saveUndo(db, { jobId: job.id, imageId: job.imageId, record, madeAt: endedAt })
}

/** Changes after which the disk reads as before, whatever became of the file. */
const sameContent: ReadonlySet<ChangeKind> = new Set<ChangeKind>(['compact', 'discard'])

/** What a job's record says of undoing it. */
export function undoOf(
  { request, state }: Pick<Job, 'request' | 'state'>,
  stored: UndoState | undefined,
): Job['undo'] {
  if (stored !== undefined && stored !== 'pending') {
    return ({ possible: 'possible', undone: 'done', gone: 'no' } as const)[stored]
  }
  if (!isChange(request) || state !== 'succeeded') return undefined
  // A copy was repaired: the image is as it was.
  const isUnneeded = sameContent.has(request.kind) || 'copyTo' in request.parameters
  return isUnneeded ? 'not-needed' : 'no'
}
