/** What changed between two batches of the same work. */
import path from 'node:path'
import { z } from 'zod'
import type { ReadableDb } from './db.ts'
import { parseId } from './jobs.ts'

export interface ChangedImage {
  readonly imageId: number
  readonly name: string
  readonly before: string
  readonly now: string
}

export interface BatchComparison {
  readonly previous: { readonly batchId: string; readonly endedAt: number } | undefined
  readonly worse: readonly ChangedImage[]
  readonly better: readonly ChangedImage[]
  /** Images that only this batch has a result of, and that only the one before has. */
  readonly added: number
  readonly gone: number
}

/** Bad to worse. What was not done to its end tells nothing, and is as if it were not there. */
const ranks = [
  { ranked: ['healthy', 'ok', 'nothing'], word: 'no problems' },
  { ranked: ['leaks'], word: 'wasted space' },
  { ranked: ['needs-repair'], word: 'needs repair' },
  { ranked: ['damaged'], word: 'damaged' },
  { ranked: ['failed'], word: 'failed' },
  { ranked: ['unreadable'], word: 'cannot be read' },
] as const

interface Standing {
  readonly imageId: number
  readonly name: string
  readonly rank: number
  /** Of a check: how many parts are wrong. */
  readonly corruptions: number
}

const resultRow = z
  .object({
    image_id: z.number(),
    image_path: z.string(),
    outcome: z.string(),
    health: z.string().nullable(),
    corruptions: z.number().nullable(),
  })
  .transform((row): Standing => ({
    imageId: row.image_id,
    name: path.basename(row.image_path),
    rank: rankOf(row.health ?? row.outcome),
    corruptions: row.corruptions ?? 0,
  }))

const previousRow = z.object({ id: z.number(), ended_at: z.number() })

/** Compares with the ended batch of the same kind and title before it; without one, nothing is compared. */
export function compareWithPrevious(db: ReadableDb, batchId: string): BatchComparison {
  const id = parseId(batchId) ?? 0
  const row = db.get(
    `SELECT before.id, before.ended_at FROM batches AS before, batches AS now
     WHERE now.id = $id AND before.id < now.id AND before.title = now.title
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
  const before = standingsOf(db, previous.id)
  const now = standingsOf(db, id)
  const worse: ChangedImage[] = []
  const better: ChangedImage[] = []
  for (const standing of now.values()) {
    const earlier = before.get(standing.imageId)
    if (earlier === undefined) continue
    const difference = standing.rank - earlier.rank || standing.corruptions - earlier.corruptions
    if (difference === 0) continue
    const { imageId, name } = standing
    const change = { imageId, name, before: wordsOf(earlier), now: wordsOf(standing) }
    if (difference > 0) worse.push(change)
    else better.push(change)
  }
  const onlyIn = (one: ReadonlyMap<number, Standing>, other: ReadonlyMap<number, Standing>) =>
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
const standingsOf = (db: ReadableDb, batchId: number): ReadonlyMap<number, Standing> =>
  new Map(
    db
      .all(
        `SELECT image_id, image_path, outcome, json_extract(result, '$.check.health') AS health,
           json_extract(result, '$.check.corruptions') AS corruptions
         FROM jobs WHERE batch_id = $batchId AND outcome NOT IN ('cancelled', 'skipped')`,
        { batchId },
      )
      .map((row) => resultRow.parse(row))
      .map((standing) => [standing.imageId, standing]),
  )

const rankOf = (outcome: string): number =>
  Math.max(
    0,
    ranks.findIndex(({ ranked }) => (ranked as readonly string[]).includes(outcome)),
  )

function wordsOf({ rank, corruptions }: Standing): string {
  const word = ranks[rank]?.word ?? 'unknown'
  return corruptions === 0
    ? word
    : `${word} (${corruptions} ${corruptions === 1 ? 'corruption' : 'corruptions'})`
}

const byName = (a: ChangedImage, b: ChangedImage): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0
