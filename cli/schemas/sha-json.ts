import { z } from 'zod'

const algorithm = z.enum(['sha256', 'sha1', 'sha512'])

/** `sha --json`. */
export const shaJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  algorithm,
  /** What a guest would read, or the file's own bytes. */
  target: z.enum(['content', 'file']),
  /** Lower-case hexadecimal. */
  digest: z.string(),
  /** Bytes that went into it. */
  length: z.number().int().nonnegative(),
  /** The image was in use while it was read. */
  live: z.boolean(),
})
export type ShaJson = z.infer<typeof shaJson>

/** An element of `sha --check --json`. */
export const shaCheckJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  matches: z.boolean(),
  expected: z.string(),
  found: z.string(),
})
export type ShaCheckJson = z.infer<typeof shaCheckJson>
