import { z } from 'zod'

const bytes = z.number().int().nonnegative()

const counts = z.strictObject({
  verdict: z.enum(['clean', 'leaks', 'corrupt', 'incomplete']),
  health: z.string(),
  corruptions: bytes,
  leaks: bytes,
  checkErrors: bytes,
  warnings: bytes,
})

const group = z.strictObject({
  rule: z.string(),
  structure: z.string(),
  kind: z.string(),
  harm: z.string(),
  count: bytes,
  /** The sentence of the first of them. */
  example: z.string(),
})

const step = z.strictObject({
  name: z.string(),
  losesData: z.boolean(),
  /** Steps that lose something are done only with --allow. */
  included: z.boolean(),
  count: bytes,
  text: z.string(),
  /** Guest ranges; `snapshot` is missing for the active state. */
  lost: z
    .array(z.strictObject({ start: bytes, length: bytes, snapshot: z.string().optional() }))
    .readonly(),
  lostOmitted: bytes,
})

const write = z.strictObject({
  structure: z.string(),
  offset: bytes,
  length: bytes,
  before: z.string(),
  after: z.string(),
})

/** One element of `repair --json`. */
export const repairJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  /** The copy that is repaired instead, as it was typed. */
  copyTo: z.string().optional(),
  plan: z.strictObject({
    mode: z.enum(['leaks', 'all']),
    consent: z.array(z.string()).readonly(),
    before: counts,
    findings: z.array(group).readonly(),
    steps: z.array(step).readonly(),
    /** In their order; at most 1,000 of them. */
    writes: z.array(write).readonly(),
    writesOmitted: bytes,
    bytesWritten: bytes,
    after: counts,
    remaining: z.array(group).readonly(),
    safetyCopyBytes: bytes,
  }),
  /** Missing after --dry-run. */
  result: z
    .strictObject({
      before: counts,
      after: counts,
      corruptionsFixed: bytes,
      leaksFixed: bytes,
      /** Missing when there was nothing to repair. */
      safetyCopy: z.string().optional(),
      /** How the copy was made and compared. */
      copied: z.strictObject({ bytes, proof: z.string(), digest: z.string() }).optional(),
      bytesWritten: bytes,
      remaining: z.array(group).readonly(),
    })
    .optional(),
})
export type RepairJson = z.infer<typeof repairJson>
