import { z } from 'zod'

const bytes = z.number().int().nonnegative()

const link = z.strictObject({
  /** As it stands in the image. */
  name: z.string(),
  /** Missing when the image does not say it. */
  format: z.string().optional(),
})

/** `relink --json`. Sizes are bytes. */
export const relinkJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  plan: z.strictObject({
    before: link,
    after: link,
    /** Absolute path of what the new name means. */
    target: z.string(),
    virtualSize: bytes,
    backingSize: bytes.optional(),
    warnings: z
      .array(
        z.strictObject({
          kind: z.enum([
            'old-still-there',
            'smaller',
            'larger',
            'changed-later',
            'looks-different',
            'chain-incomplete',
          ]),
          text: z.string(),
        }),
      )
      .readonly(),
  }),
  /** false after --dry-run. */
  done: z.boolean(),
})
export type RelinkJson = z.infer<typeof relinkJson>
