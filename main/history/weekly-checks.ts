import { z } from 'zod'
import type { ReadableDb, WritableDb } from './db.ts'

const row = z
  .object({
    weekday: z.number(),
    hour: z.number(),
    due_at: z.number(),
    batch_id: z.number().nullable(),
  })
  .transform(({ weekday, hour, due_at, batch_id }) => ({
    weekday,
    hour,
    dueAt: due_at,
    batchId: batch_id === null ? undefined : String(batch_id),
  }))
/** How far the weekly check of a folder has come. */
export type WeeklyRecord = Readonly<z.infer<typeof row>>

export function findWeeklyRecord(db: ReadableDb, folderId: number): WeeklyRecord | undefined {
  const found = db.get(
    'SELECT weekday, hour, due_at, batch_id FROM weekly_checks WHERE folder_id = $folderId',
    { folderId },
  )
  return found === undefined ? undefined : row.parse(found)
}

/** Of a folder that is in the library. */
export function saveWeeklyRecord(
  db: WritableDb,
  folderId: number,
  { weekday, hour, dueAt, batchId }: WeeklyRecord,
): void {
  db.run(
    `INSERT INTO weekly_checks (folder_id, weekday, hour, due_at, batch_id)
     VALUES ($folderId, $weekday, $hour, $dueAt, $batchId)
     ON CONFLICT (folder_id) DO UPDATE
     SET weekday = $weekday, hour = $hour, due_at = $dueAt, batch_id = $batchId`,
    { folderId, weekday, hour, dueAt, batchId: batchId === undefined ? null : Number(batchId) },
  )
}

/** Whether a batch is one that nobody started by hand. */
export const isWeeklyBatch = (db: ReadableDb, batchId: string): boolean =>
  db.get('SELECT 1 FROM weekly_checks WHERE batch_id = $batchId', {
    batchId: Number(batchId) || 0,
  }) !== undefined
