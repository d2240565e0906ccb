import { z } from 'zod'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { AllocationSummary } from '../../core/index.ts'
import { allocationSummary } from '../../ipc/schemas/image.ts'
import type { ReadableDb, WritableDb } from './db.ts'
import type { FileState } from './images.ts'

export interface StoredAllocation {
  readonly summary: AllocationSummary
  readonly mappedAt: number
  readonly file: FileState
}

const allocationRow = z.object({
  mapped_at: z.number(),
  modified_at: z.number(),
  file_length: z.number(),
  summary: z.instanceof(Uint8Array),
})

/** The picture of an image; only the newest is kept. Shares are mostly runs, so they pack well. */
export function saveAllocation(
  db: WritableDb,
  imageId: number,
  { summary, mappedAt, file }: StoredAllocation,
): void {
  db.run(
    `INSERT INTO allocations (image_id, mapped_at, modified_at, file_length, summary)
     VALUES ($imageId, $mappedAt, $modifiedAt, $length, $summary)
     ON CONFLICT (image_id) DO UPDATE SET mapped_at = $mappedAt, modified_at = $modifiedAt,
       file_length = $length, summary = $summary`,
    {
      imageId,
      mappedAt,
      modifiedAt: file.modifiedAt,
      length: file.length,
      summary: deflateRawSync(JSON.stringify(summary)),
    },
  )
}

export function findAllocation(db: ReadableDb, imageId: number): StoredAllocation | undefined {
  const found = db.get(
    'SELECT mapped_at, modified_at, file_length, summary FROM allocations WHERE image_id = $imageId',
    { imageId },
  )
  if (found === undefined) return undefined
  const row = allocationRow.parse(found)
  return {
    summary: allocationSummary.parse(JSON.parse(inflateRawSync(row.summary).toString('utf8'))),
    mappedAt: row.mapped_at,
    file: { modifiedAt: row.modified_at, length: row.file_length },
  }
}
