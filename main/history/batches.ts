import { z } from 'zod'
import { jobRequest, type BatchCounters, type JobRequest } from '../../ipc/schemas/job.ts'
import type { ReadableDb, WritableDb } from './db.ts'
import { parseId } from './jobs.ts'
import { jsonColumn, optional } from './json-column.ts'

const skippedImage = z.object({ path: z.string(), reason: z.string() })
/** An image the batch left out, with one sentence why. */
export type SkippedImage = Readonly<z.infer<typeof skippedImage>>

export interface StoredBatch {
  readonly counters: BatchCounters
  readonly request: JobRequest
  readonly skipped: readonly SkippedImage[]
}

const batchRow = z
  .object({
    id: z.number(),
    title: z.string(),
    request: jsonColumn(jobRequest),
    started_at: z.number(),
    ended_at: z.number().nullable(),
    skipped: jsonColumn(z.array(skippedImage)),
    total: z.number(),
    done: z.number(),
    ok: z.number(),
    leaks: z.number(),
    damaged: z.number(),
    unreadable: z.number(),
    nothing: z.number(),
    failed: z.number(),
    cancelled: z.number(),
    left_out: z.number(),
  })
  .transform(
    ({ request, skipped, id, started_at, ended_at, left_out, ...counts }): StoredBatch => ({
      request,
      skipped,
      counters: {
        ...counts,
        id: String(id),
        kind: request.kind,
        startedAt: started_at,
        endedAt: optional(ended_at),
        skipped: skipped.length + left_out,
      },
    }),
  )

const select = `
  SELECT batches.id, title, batches.request, batches.started_at, batches.ended_at, skipped,
    COUNT(jobs.id) AS total, COUNT(jobs.ended_at) AS done,
    COUNT(CASE outcome WHEN 'ok' THEN 1 END) AS ok,
    COUNT(CASE outcome WHEN 'leaks' THEN 1 END) AS leaks,
    COUNT(CASE outcome WHEN 'damaged' THEN 1 END) AS damaged,
    COUNT(CASE outcome WHEN 'unreadable' THEN 1 END) AS unreadable,
    COUNT(CASE outcome WHEN 'nothing' THEN 1 END) AS "nothing",
    COUNT(CASE outcome WHEN 'failed' THEN 1 END) AS failed,
    COUNT(CASE outcome WHEN 'cancelled' THEN 1 END) AS cancelled,
    COUNT(CASE outcome WHEN 'skipped' THEN 1 END) AS left_out
  FROM batches LEFT JOIN jobs ON jobs.batch_id = batches.id`

export function findBatch(db: ReadableDb, batchId: string): StoredBatch | undefined {
  const id = parseId(batchId)
  if (id === undefined) return undefined
  const row = db.get(`${select} WHERE batches.id = $id GROUP BY batches.id`, { id })
  return row === undefined ? undefined : batchRow.parse(row)
}

/** Newest first. */
export const newestBatches = (db: ReadableDb, limit: number): readonly StoredBatch[] =>
  db
    .all(`${select} GROUP BY batches.id ORDER BY batches.id DESC LIMIT $limit`, { limit })
    .map((row) => batchRow.parse(row))

export function insertBatch(
  db: WritableDb,
  batch: {
    readonly title: string
    /** By which it is compared with others; absent: by its title. */
    readonly subject?: string | undefined
    readonly request: JobRequest
    readonly startedAt: number
    readonly skipped: readonly SkippedImage[]
  },
): string {
  const { lastId } = db.run(
    `INSERT INTO batches (title, subject, request, started_at, skipped)
     VALUES ($title, $subject, $request, $startedAt, $skipped)`,
    {
      title: batch.title,
      subject: batch.subject ?? null,
      request: JSON.stringify(batch.request),
      startedAt: batch.startedAt,
      skipped: JSON.stringify(batch.skipped),
    },
  )
  return String(lastId)
}

export function endBatch(db: WritableDb, batchId: string, endedAt: number): void {
  db.run('UPDATE batches SET ended_at = $endedAt WHERE id = $id', { id: Number(batchId), endedAt })
}
