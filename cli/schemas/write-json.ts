import { z } from 'zod'

const bytes = z.number().int().nonnegative()

/** `write --json`. Offsets and lengths are bytes of the virtual disk. */
export const writeJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  virtualSize: bytes,
  offset: bytes,
  length: bytes,
  /** False after --dry-run. */
  written: z.boolean(),
  /** Bytes of the range that were not what they were to become; after --dry-run only. */
  changes: bytes.optional(),
})
export type WriteJson = z.infer<typeof writeJson>
