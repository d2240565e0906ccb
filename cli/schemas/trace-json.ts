import { z } from 'zod'

const action = z.enum([
  'open',
  'hold',
  'hold-writing',
  'create',
  'close',
  'read',
  'write',
  'flush',
  'truncate',
  'punch',
  'allocate',
  'read-use',
  'remove',
  'rename',
  'add-name',
  'copy-attributes',
  'flush-folder',
])

/** One line of `--trace --output json`. */
export const traceJson = z.strictObject({
  level: z.literal('trace'),
  /** When it began, in seconds since the process did. */
  time: z.number().nonnegative(),
  action,
  file: z.string(),
  /** What a read or write was for: `header`, `l2-table`, `data`. */
  tag: z.string().optional(),
  /** First byte; of `truncate`, the new length. */
  offset: z.number().int().nonnegative().optional(),
  /** Bytes. */
  length: z.number().int().nonnegative().optional(),
  /** The other name, where there is one. */
  to: z.string().optional(),
  milliseconds: z.number().nonnegative(),
  /** Why it failed. */
  failure: z.string().optional(),
})
