import { z } from 'zod'

const bytes = z.number().int().nonnegative()

const pattern = z.strictObject({
  name: z.enum(['1', '2', 'random']),
  clusterSize: bytes,
  /** Of random patterns only. */
  seed: bytes.optional(),
  /** Percent. */
  fill: bytes.optional(),
})

/** `pattern --json`: an image that was made. Sizes are bytes. */
export const patternMadeJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  pattern,
  format: z.enum(['qcow2', 'raw']),
  virtualSize: bytes,
  /** Of the virtual disk. */
  writtenBytes: bytes,
  discardedBytes: bytes,
  fileLength: bytes,
  /** Missing where the host does not tell. */
  allocatedBytes: bytes.optional(),
})
export type PatternMadeJson = z.infer<typeof patternMadeJson>

/** `pattern --verify --json`. */
export const patternVerdictJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  pattern,
  matches: z.boolean(),
  virtualSize: bytes,
  bytesRead: bytes,
  /** The first difference: where on the virtual disk, and up to eight bytes from there on in hexadecimal. */
  difference: z.strictObject({ offset: bytes, expected: z.string(), found: z.string() }).optional(),
})
export type PatternVerdictJson = z.infer<typeof patternVerdictJson>
