import { z } from 'zod'

const bytes = z.number().int().nonnegative()

/** `mapped --json`. Offsets and lengths are bytes of the virtual disk. */
export const mappedJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  /** In guest order; none touches the next. */
  extents: z.array(z.strictObject({ offset: bytes, length: bytes })).readonly(),
  /** Of the extents together. */
  count: bytes,
  bytes,
})
