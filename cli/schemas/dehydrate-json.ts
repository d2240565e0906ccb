import { z } from 'zod'

const bytes = z.number().int().nonnegative()
const count = z.number().int().nonnegative()

const judgement = z.strictObject({
  verdict: z.enum(['clean', 'leaks', 'corrupt', 'incomplete']),
  corruptions: count,
  leaks: count,
  checkErrors: count,
  warnings: count,
})

/** `dehydrate --json`. Sizes and offsets are bytes. */
export const dehydrateJson = z.strictObject({
  version: z.literal(1),
  /** As it was typed. */
  filename: z.string(),
  /** What was written: one file, or the `.meta` and the `.map`. */
  files: z.array(z.string()).min(1).max(2),
  /** Length of the image file. */
  imageBytes: bytes,
  metadataBytes: bytes,
  writtenBytes: bytes,
  ranges: count,
  /** A check of what was written finds what a check of the image finds. */
  judgedTheSame: z.boolean(),
  image: judgement,
  dehydrated: judgement,
  /** At most 1,000; `leftOutCount` counts all. */
  leftOut: z.array(
    z.strictObject({
      structure: z.string(),
      offset: bytes,
      length: bytes,
      why: z.enum(['data', 'looks-like-data', 'overlap']),
    }),
  ),
  leftOutCount: count,
  /** Names in what was written, as they are there; at most 1,000 of snapshots and of bitmaps. */
  names: z.strictObject({
    backingFile: z.string().optional(),
    dataFile: z.string().optional(),
    snapshots: z.array(z.string()),
    bitmaps: z.array(z.string()),
  }),
  anonymized: z.boolean(),
  /** The image was being written meanwhile. */
  live: z.boolean(),
})
export type DehydrateJson = z.infer<typeof dehydrateJson>

/** `rehydrate --json`. Sizes are bytes. */
export const rehydrateJson = z.strictObject({
  version: z.literal(1),
  /** As it was typed. */
  filename: z.string(),
  target: z.strictObject({
    filename: z.string(),
    /** Another file had the name before. */
    replaced: z.boolean(),
    fileLength: bytes,
    /** Missing where the host does not tell. */
    allocatedBytes: bytes.optional(),
  }),
  metadataBytes: bytes,
  /** What the file says of itself; missing for the form with two files, which does not say. */
  judgedTheSame: z.boolean().optional(),
  anonymized: z.boolean().optional(),
  live: z.boolean().optional(),
})
export type RehydrateJson = z.infer<typeof rehydrateJson>
