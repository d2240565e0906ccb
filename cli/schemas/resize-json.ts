import { z } from 'zod'
import { errorJson } from './error-json.ts'
import { layoutJson } from './layout-json.ts'

const bytes = z.number().int().nonnegative()

const cut = z.strictObject({
  /** Bytes of the file that are stored for what is cut off, and clusters that are given back. */
  storedBytes: bytes,
  clusters: bytes,
  /** Missing when it cannot be read. */
  content: z
    .strictObject({
      dataBytes: bytes,
      end: bytes.optional(),
      bytesRead: bytes,
      complete: z.boolean(),
    })
    .optional(),
})

const extent = z.strictObject({
  virtualSize: bytes,
  fileLength: bytes,
  allocatedBytes: bytes.optional(),
})

/** `resize --json`. All sizes and positions are bytes. */
export const resizeJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  plan: z.strictObject({
    format: z.enum(['qcow2', 'raw']),
    kind: z.enum(['grow', 'shrink', 'none']),
    before: z.strictObject({ virtualSize: bytes, fileLength: bytes }),
    after: z.strictObject({ virtualSize: bytes }),
    preallocation: z.enum(['off', 'metadata', 'falloc', 'full']),
    moveGptBackup: z.boolean(),
    /** Whether it would be done; why not is in `refusals`. */
    allowed: z.boolean(),
    refusals: z.array(errorJson).readonly(),
    /** `lose-data-past-end` is agreed to with --ignore-data-loss, and not needed with --keep-cut. */
    consentNeeded: z.array(z.literal('lose-data-past-end')).readonly(),
    /** Missing when nothing is cut off, or when the tables contradict each other. */
    cut: cut.optional(),
    /** The disk as it is. */
    layout: layoutJson,
    /** Numbers of those that would end past the new end. */
    partitionsCut: z.array(bytes).readonly(),
    /** Where GPT's second header would go; missing when it cannot, or is there. */
    gptBackupMovesTo: bytes.optional(),
    snapshots: z
      .array(z.strictObject({ id: z.string(), name: z.string(), diskSize: bytes.optional() }))
      .readonly(),
    bitmapsLost: z.array(z.string()).readonly(),
    growth: z
      .strictObject({
        hiddenBackingBytes: bytes,
        l1Entries: z.strictObject({ before: bytes, after: bytes }),
      })
      .optional(),
  }),
  /** What there is to do in the guest, in sentences; empty when there is nothing. */
  guestSteps: z.array(z.string()).readonly(),
  /** Missing after --dry-run. */
  result: z
    .strictObject({
      before: extent,
      after: extent,
      freedBytes: bytes,
      /** The file that --keep-cut made. */
      kept: z
        .strictObject({ path: z.string(), fileLength: bytes, allocatedBytes: bytes.optional() })
        .optional(),
    })
    .optional(),
})
export type ResizeJson = z.infer<typeof resizeJson>
