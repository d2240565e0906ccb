import { z } from 'zod'

const bytes = z.number().int().nonnegative()
const timestamp = z.number()

const mode = z.enum(['in-place', 'punch', 'rewrite', 'zeroes'])
const autoReason = z.enum([
  'raw-has-only-holes',
  'data-file-cannot-move',
  'moving-costs-more-than-it-gains',
  'shorter-file-in-place',
  'only-holes-to-give',
  'host-makes-no-holes',
])

/** `allocatedBytes` is missing where the host does not tell. */
const extent = z.strictObject({ fileLength: bytes, allocatedBytes: bytes.optional() })

/** The file that the plan was made for: carried out, it is compared with this. */
const stamp = z.strictObject({
  identity: z.string().optional(),
  fileLength: bytes,
  modifiedAt: timestamp.optional(),
  firstSector: z.number(),
})

/** A reason not to, as the engine has it. */
const refusal = z.strictObject({
  reason: z.string(),
  kind: z.string(),
  code: z.string().regex(/^PLT-\d{4}$/),
  context: z.record(z.string(), z.union([z.string(), z.number()])),
  explanation: z.strictObject({
    title: z.string(),
    detail: z.string(),
    safety: z.string(),
    advice: z.string(),
  }),
  causes: z.array(z.string()),
})

const modePlan = z.strictObject({
  allowed: z.boolean(),
  refusals: z.array(refusal),
  /** Missing when it is not known. */
  after: extent.optional(),
  isExact: z.boolean(),
  moved: z.strictObject({ clusters: bytes, bytes }),
  temporaryBytes: bytes,
  work: z.strictObject({ readBytes: bytes, writtenBytes: bytes }),
  /** Missing when nothing has to be done. */
  estimatedSeconds: z.number().nonnegative().optional(),
  gains: z.boolean(),
  notes: z.array(
    z.enum(['gives-up-preallocation', 'rebuilds-refcounts-first', 'moves-tables-only']),
  ),
})

const plan = z.strictObject({
  path: z.string(),
  format: z.enum(['qcow2', 'raw']),
  before: extent,
  causes: z.strictObject({
    /** Missing when nobody looked. */
    zeroBytes: bytes.optional(),
    zeroMarginBytes: bytes,
    leakedBytes: bytes,
    holeBytes: bytes,
    tailBytes: bytes,
    snapshotOnly: z.array(
      z.strictObject({ id: z.string(), name: z.string(), exclusiveBytes: bytes.optional() }),
    ),
    snapshotOnlyBytes: bytes,
    guestFree: z.literal('not-counted'),
  }),
  modes: z.strictObject({
    'in-place': modePlan,
    punch: modePlan,
    rewrite: modePlan,
    zeroes: modePlan,
  }),
  /** Missing when nothing is gained, or nothing is possible. */
  auto: z.strictObject({ mode, because: autoReason }).optional(),
  kept: z.strictObject({
    snapshots: bytes,
    bitmaps: bytes,
    backingFile: z.string().optional(),
    virtualSize: bytes,
  }),
  scan: z.strictObject({
    kind: z.enum(['none', 'sampled', 'whole']),
    totalBytes: bytes,
    bytesRead: bytes,
  }),
  stamp,
  proofRefusal: refusal.optional(),
  dataFile: z.strictObject({ path: z.string(), stamp, before: extent }).optional(),
})

const receipt = z.strictObject({
  engineVersion: z.string(),
  startedAt: timestamp,
  finishedAt: timestamp,
  verified: z.union([z.literal(true), z.literal('skipped')]),
  digestOf: z.enum(['content', 'ciphertext']),
  proofDigest: z.enum(['sha256', 'sha256-of-data']),
  states: z.array(
    z.strictObject({
      /** Missing: the active state. */
      snapshot: z.strictObject({ id: z.string(), name: z.string() }).optional(),
      bytes,
      sha256: z.strictObject({ before: z.string(), after: z.string() }),
      vmStateSha256: z.string().optional(),
    }),
  ),
  movedBytes: bytes,
  zeroBytes: bytes,
  leakedBytes: bytes,
  punchedBytes: bytes,
  bytesRead: bytes,
  bytesWritten: bytes,
  flushes: bytes,
  peakExtraBytes: bytes,
  unsafeBuffering: z.boolean(),
})

/** `compact --json` and `discard --json`. Sizes are bytes, times Unix time in milliseconds. */
export const compactJson = z.strictObject({
  version: z.literal(1),
  /** As it was typed. */
  filename: z.string(),
  plan,
  /** Missing after --dry-run. */
  result: z
    .strictObject({
      path: z.string(),
      outcome: z.enum(['compacted', 'nothing-to-do']),
      /** Missing when nothing was done; `because` also when the mode was asked for. */
      mode: mode.optional(),
      because: autoReason.optional(),
      advice: z.literal('discard-in-guest').optional(),
      before: extent,
      after: extent,
      dataFile: z.strictObject({ path: z.string(), before: extent, after: extent }).optional(),
      originalKeptAs: z.string().optional(),
      receipt,
    })
    .optional(),
})
