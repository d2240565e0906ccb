/** What an action would come to: shown before, and carried out only as it was shown. */
import { z } from 'zod'
import { doneChange } from './done-change.ts'
import { diskLayout } from './disk.ts'
import { errorData } from './error.ts'
import { byteCount, timestamp } from './image.ts'
import { preflightLine } from './preflight.ts'

const fileExtent = z.object({ fileLength: byteCount, allocatedBytes: byteCount.optional() })

const createPlan = z.object({
  kind: z.literal('create'),
  path: z.string(),
  virtualSize: byteCount,
  fileLength: byteCount,
  initialBytes: byteCount,
  warnings: z.array(z.object({ kind: z.string(), text: z.string() })).readonly(),
})

const resizePlan = z.object({
  kind: z.literal('resize'),
  direction: z.enum(['grow', 'shrink', 'none']),
  before: byteCount,
  after: byteCount,
  layout: diskLayout,
  /** Numbers of the partitions that would end past the new end. */
  partitionsCut: z.array(z.number().int()).readonly(),
  cut: z
    .object({
      storedBytes: byteCount,
      clusters: byteCount,
      /** Bytes in it that are not zero; absent when that is not known. */
      nonZeroBytes: byteCount.optional(),
    })
    .optional(),
  /** It needs the person's word that what is past the end goes. */
  needsConsent: z.boolean(),
  /** Where GPT's second header would go, when it can be moved. */
  gptBackupMovesTo: byteCount.optional(),
  bitmapsLost: z.array(z.string()).readonly(),
})

const compactModePlan = z.object({
  allowed: z.boolean(),
  refusals: z.array(errorData).readonly(),
  after: fileExtent.optional(),
  isExact: z.boolean(),
  movedBytes: byteCount,
  temporaryBytes: byteCount,
  estimatedSeconds: z.number().nonnegative().optional(),
  gains: z.boolean(),
  notes: z.array(z.string()).readonly(),
})

const compactPlan = z.object({
  kind: z.literal('compact'),
  format: z.enum(['qcow2', 'raw']),
  before: fileExtent,
  causes: z.object({
    zeroBytes: byteCount.optional(),
    zeroMarginBytes: byteCount,
    leakedBytes: byteCount,
    holeBytes: byteCount,
    tailBytes: byteCount,
    snapshotOnlyBytes: byteCount,
  }),
  modes: z.object({
    'in-place': compactModePlan,
    punch: compactModePlan,
    rewrite: compactModePlan,
    zeroes: compactModePlan,
  }),
  auto: z.object({ mode: z.string(), because: z.string() }).optional(),
  kept: z.object({
    snapshots: byteCount,
    bitmaps: byteCount,
    backingFile: z.string().optional(),
  }),
  /** `none`: zeroes were not looked for yet. */
  scan: z.enum(['none', 'sampled', 'whole']),
})

const checkCounts = z.object({
  health: z.enum(['healthy', 'leaks', 'needs-repair', 'damaged']),
  corruptions: byteCount,
  leaks: byteCount,
  checkErrors: byteCount,
  warnings: byteCount,
})
const findingGroup = z.object({
  rule: z.string(),
  structure: z.string(),
  kind: z.enum(['corruption', 'leak', 'check-error', 'warning']),
  harm: z.enum(['space', 'refcounts', 'structure', 'data']),
  count: byteCount,
  example: z.string(),
})

const repairPlan = z.object({
  kind: z.literal('repair'),
  before: checkCounts,
  after: checkCounts,
  findings: z.array(findingGroup).readonly(),
  remaining: z.array(findingGroup).readonly(),
  steps: z
    .array(
      z.object({
        name: z.string(),
        losesData: z.boolean(),
        included: z.boolean(),
        count: byteCount,
        text: z.string(),
        lost: z
          .array(
            z.object({
              start: byteCount,
              length: byteCount,
              snapshot: z.string().optional(),
              /** Number of the partition it lies in, where a table tells. */
              partition: z.number().int().optional(),
            }),
          )
          .readonly(),
        lostOmitted: byteCount,
      }),
    )
    .readonly(),
  writes: z
    .array(
      z.object({
        structure: z.string(),
        offset: byteCount,
        length: byteCount,
        before: z.string(),
        after: z.string(),
      }),
    )
    .readonly(),
  writesOmitted: byteCount,
  bytesWritten: byteCount,
  safetyCopyBytes: byteCount,
  /** What is repaired instead of the image, and the bytes it takes. */
  copy: z.object({ path: z.string(), bytes: byteCount }).optional(),
})

const snapshotPlan = z.object({
  kind: z.literal('snapshot'),
  action: z.enum(['create', 'apply', 'delete', 'rename']),
  /** Of deleting: bytes of the file that become free. Of applying: what only the present state has. */
  letsGoBytes: byteCount.optional(),
  sizeBefore: byteCount,
  sizeAfter: byteCount,
  bitmapsLost: z.array(z.string()).readonly(),
})

const relinkPlan = z.object({
  kind: z.literal('relink'),
  before: z.object({ backing: z.string(), backingFormat: z.string().optional() }),
  after: z.object({ backing: z.string(), backingFormat: z.string() }),
  /** Why the new file may not be the right one. */
  warnings: z.array(z.string()).readonly(),
})

/** Of rename, move, trash and remove. */
const filePlan = z.object({
  kind: z.literal('file'),
  action: z.enum(['rename', 'move', 'trash', 'remove']),
  from: z.string(),
  to: z.string().optional(),
  /** Bytes that are copied because the new place is on another volume. */
  copiedBytes: byteCount.optional(),
  /** Overlays that name this image and are told its new place as part of it. */
  relinked: z.array(z.string()).readonly(),
})

const undoPlan = z.object({
  kind: z.literal('undo'),
  /** What is taken back. */
  jobId: z.string(),
  /** One sentence: what returns. */
  returns: z.string(),
  change: doneChange.optional(),
  /** Of a repair: what was wrong before it, and will be again. */
  damage: z
    .object({
      corruptions: byteCount,
      leaks: byteCount,
      checkErrors: byteCount,
      warnings: byteCount,
    })
    .optional(),
  bytesWritten: byteCount.optional(),
})

export const planDetail = z.discriminatedUnion('kind', [
  createPlan,
  resizePlan,
  compactPlan,
  repairPlan,
  snapshotPlan,
  relinkPlan,
  filePlan,
  undoPlan,
])
export type PlanDetail = z.infer<typeof planDetail>
export type PlanOf<Kind extends PlanDetail['kind']> = Extract<PlanDetail, { kind: Kind }>

export const actionPlan = z.object({
  /** Given back with the start: the work refuses when its own plan would be another one. */
  token: z.string().min(1).max(200),
  madeAt: timestamp,
  /** No line of the card says stop, and the engine would do it. */
  allowed: z.boolean(),
  preflight: z.array(preflightLine).readonly(),
  detail: planDetail,
})
export type ActionPlan = z.infer<typeof actionPlan>
