import { z } from 'zod'

const bytes = z.number().int().nonnegative()

/** `decode --json` and `stream-decode --json`, where the content goes into a file. Sizes are bytes. */
export const decodeJson = z.strictObject({
  version: z.literal(1),
  /** As it was typed; `-` is standard input. */
  filename: z.string(),
  virtualSize: bytes,
  bytesRead: bytes,
  /** What is no hole in the new file. */
  bytesWritten: bytes,
  target: z.strictObject({
    filename: z.string(),
    /** Another file had the name before. */
    replaced: z.boolean(),
    fileLength: bytes,
    /** Missing where the host does not tell. */
    allocatedBytes: bytes.optional(),
  }),
})
export type DecodeJson = z.infer<typeof decodeJson>
