import { z } from 'zod'

const count = z.number().int().nonnegative()
const version = z.union([z.literal(2), z.literal(3)])

const options = z.strictObject({ version, lazyRefcounts: z.boolean(), refcountBits: count })

const step = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rebuild-refcounts') }),
  z.strictObject({
    kind: z.literal('expand-zero-clusters'),
    clusters: count,
    written: count,
    /** Bytes. */
    newBytes: count,
  }),
  z.strictObject({ kind: z.literal('complete-snapshots'), snapshots: count }),
  z.strictObject({ kind: z.literal('refcount-width'), from: count, to: count }),
  z.strictObject({ kind: z.literal('version'), from: version, to: version }),
  z.strictObject({ kind: z.literal('lazy-refcounts'), to: z.boolean() }),
])

/** One element of `amend --json`. */
export const amendJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  plan: z.strictObject({
    before: options,
    after: options,
    /** In their order; empty when the image is as wanted already. */
    steps: z.array(step).readonly(),
  }),
  /** Missing after --dry-run. Bytes. */
  result: z
    .strictObject({ fileLength: z.strictObject({ before: count, after: count }) })
    .optional(),
})
export type AmendJson = z.infer<typeof amendJson>
