import { z } from 'zod'

const bytes = z.number().int().nonnegative()

/** What `qemu-img map --output=json` prints, and `map --json` of one file. */
const mapExtents = z
  .array(
    z.strictObject({
      start: bytes,
      length: bytes,
      depth: bytes,
      present: z.boolean(),
      zero: z.boolean(),
      data: z.boolean(),
      /** In the file, where the bytes are stored as they are. */
      offset: bytes.optional(),
    }),
  )
  .readonly()

/** An element of `map --json` of several files. */
export const mapJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  map: mapExtents,
})
