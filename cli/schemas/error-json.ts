import { z } from 'zod'

/** An error as every `--json` has it: alone on stderr below `error`, or beside a file name in an array. */
export const errorJson = z.strictObject({
  /** `PLT-` and a number that never changes its meaning. */
  code: z.string().regex(/^PLT-\d{4}$/),
  reason: z.string(),
  kind: z.string(),
  title: z.string(),
  detail: z.string(),
  safety: z.string(),
  advice: z.string(),
})
