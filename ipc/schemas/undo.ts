import { z } from 'zod'
import { byteCount, imageId, timestamp } from './image.ts'

/** One change that can still be taken back, or whose keepings take room in the undo store. */
export const undoEntry = z.object({
  jobId: z.string(),
  imageId,
  imageName: z.string(),
  /** What was done, one sentence. */
  summary: z.string(),
  doneAt: timestamp,
  /** What the undo store holds for it. */
  keptBytes: byteCount,
})
export type UndoEntry = z.infer<typeof undoEntry>

export const undoStore = z.object({
  entries: z.array(undoEntry),
  keptBytes: byteCount,
  quotaBytes: byteCount,
})
export type UndoStore = z.infer<typeof undoStore>
