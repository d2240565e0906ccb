/** What changed between two batches of the same work. */
import path from 'node:path'
import { z } from 'zod'
import { standings, type ChangedImage, type Standing } from '../../ipc/schemas/batch.ts'
import type { ReadableDb } from './db.ts'
import { parseId } from './jobs.ts'

export interface BatchComparison {
  readonly previous: { readonly batchId: string; readonly endedAt: number } | undefined
  readonly worse: readonly ChangedImage[]
  readonly better: readonly ChangedImage[]
  /** Images that only this batch has a result of, and that only the one before has. */
  readonly added: number
  readonly gone: number
}

/** What was not done to its end tells nothing, and is as if it were not there. */
const states: Readonly<Record<string, Standing['state']>> = {
  healthy: 'fine',
  ok: 'fine',
  nothing: 'fine',
  leaks: 'leaks',
  'needs-repair': 'needs-repair',
  damaged: 'damaged',
  failed: 'failed',
  unreadable: 'unreadable',
}

interface Result {
  readonly imageId: number
  readonly name: string
  readonly standing: Standing
}

const resultRow = z
  .object({
    image_id: z.number(),
    image_path: z.string(),
    outcome: z.string(),
    health: z.string().nullable(),
    corruptions: z.number().nullable(),
  })
  .transform((row): Result => ({
    imageId: row.image_id,
    name: path.basename(row.image_path),
    standing: {
      state: states[row.health ?? row.outcome] ?? 'fine',
      corruptions: row.corruptions ?? 0,
    },
  }))

const previousRow = z.object({ id: z.number(), ended_at: z.number() })

/**
 * Compares with the ended batch before it that did the same with the same subject (of older batches: under the same
 * title); without one, nothing is compared.
 */
export function compareWithPrevious(db: ReadableDb, batchId: string): BatchComparison {
  const id = parseId(batchId) ?? 0
  const row = db.get(
    `SELECT before.id, before.ended_at FROM batches AS before, batches AS now
     WHERE now.id = $id AND before.id < now.id AND coalesce(before.subject = now.subject, before.title = now.title)
       AND json_extract(before.request, '$.kind') = json_extract(now.request, '$.kind')
       AND before.ended_at IS NOT NULL
       AND EXISTS (SELECT 1 FROM jobs WHERE batch_id = before.id AND outcome NOT IN ('cancelled', 'skipped'))
     ORDER BY before.id DESC LIMIT 1`,
    { id },
  )
  if (row === undefined) {
    return { previous: undefined, worse: [], better: [], added: 0, gone: 0 }
  }
  const previous = previousRow.parse(row)
  const before = resultsOf(db, previous.id)
  const now = resultsOf(db, id)
  const worse: ChangedImage[] = []
  const better: ChangedImage[] = []
  for (const { imageId, name, standing } of now.values()) {
    const earlier = before.get(imageId)?.standing
    if (earlier === undefined) continue
    const difference =
      rankOf(standing) - rankOf(earlier) || standing.corruptions - earlier.corruptions
    if (difference === 0) continue
    const change = { imageId, name, before: earlier, now: standing }
    if (difference > 0) worse.push(change)
    else better.push(change)
  }
  const onlyIn = (one: ReadonlyMap<number, Result>, other: ReadonlyMap<number, Result>) =>
    Array.from(one.keys()).filter((imageId) => !other.has(imageId)).length
  return {
    previous: { batchId: String(previous.id), endedAt: previous.ended_at },
    worse: worse.toSorted(byName),
    better: better.toSorted(byName),
    added: onlyIn(now, before),
    gone: onlyIn(before, now),
  }
}

/** The database takes what is needed out of the results: those of thousands of checks are large. */
const resultsOf = (db: ReadableDb, batchId: number): ReadonlyMap<number, Result> =>
  new Map(
    db
      .all(
        `SELECT image_id, image_path, outcome, json_extract(result, '$.check.health') AS health,
           json_extract(result, '$.check.corruptions') AS corruptions
         FROM jobs WHERE batch_id = $batchId AND outcome NOT IN ('cancelled', 'skipped')`,
        { batchId },
      )
      .map((row) => resultRow.parse(row))
      .map((result) => [result.imageId, result]),
  )

const rankOf = ({ state }: Standing): number => standings.indexOf(state)

const byName = (a: ChangedImage, b: ChangedImage): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0
