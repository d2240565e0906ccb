import { z } from 'zod'
import { errorData } from './error.ts'

/** Bytes, offsets, counts: never negative, never beyond what a number holds exactly. */
export const byteCount = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
/** A position that a damaged or hostile image claims: 64 bits of it, which a number holds only roughly. */
export const claimedOffset = z.number().nonnegative()
export const imageId = z.number().int().positive()
export const timestamp = z.number()

export const formatName = z.enum([
  'qcow2',
  'raw',
  'vmdk',
  'vdi',
  'vhd',
  'vhdx',
  'qed',
  'qcow1',
  'iso',
  'luks',
  'gzip',
])

export const imageUse = z.object({
  state: z.enum(['free', 'reading', 'writing', 'unknown']),
  holders: z
    .array(z.object({ pid: z.number().int(), name: z.string(), vm: z.string().optional() }))
    .readonly(),
})

/** A file that an image names: its backing file, or its data file. */
export const linkSummary = z.object({
  name: z.string(),
  state: z.enum(['present', 'missing', 'outside', 'not-a-path']),
  target: z.string().optional(),
})

const snapshotInfo = z.object({
  id: z.string(),
  name: z.string(),
  vmStateSize: claimedOffset,
  createdAt: timestamp,
  vmClockMs: z.number(),
  icount: z.number().optional(),
  diskSize: claimedOffset,
  l1Offset: claimedOffset,
  l1Entries: byteCount,
})

export const chainLink = z.object({
  role: z.enum(['image', 'backing file', 'data file']),
  name: z.string(),
  path: z.string().optional(),
  format: formatName.optional(),
  /** Read as raw because neither a name nor a signature says what it is. */
  formatAssumed: z.boolean(),
  virtualSize: byteCount.optional(),
  allocatedBytes: byteCount.optional(),
  state: z.enum(['open', 'refused', 'missing', 'not-a-path', 'loop', 'too-deep', 'unreadable']),
  error: errorData.optional(),
})
export type ChainLink = z.infer<typeof chainLink>

const qcow2Info = z.object({
  version: z.union([z.literal(2), z.literal(3)]),
  clusterSize: byteCount,
  refcountBits: byteCount,
  lazyRefcounts: z.boolean(),
  dirty: z.boolean(),
  corrupt: z.boolean(),
  compressionType: z.enum(['zlib', 'zstd']),
  extendedL2: z.boolean(),
  encryption: z.enum(['none', 'aes', 'luks']),
  dataFile: z.string().optional(),
  dataFileRaw: z.boolean(),
  headerLength: byteCount,
  l1Offset: byteCount,
  l1Entries: byteCount,
  refcountTableOffset: byteCount,
  refcountTableClusters: byteCount,
  features: z.object({
    incompatible: z.array(z.string()).readonly(),
    compatible: z.array(z.string()).readonly(),
    autoclear: z.array(z.string()).readonly(),
  }),
  extensions: z
    .array(z.object({ type: z.number(), name: z.string(), length: byteCount }))
    .readonly(),
  bitmaps: z
    .array(
      z.object({
        name: z.string(),
        granularity: byteCount,
        flags: z.array(z.enum(['in-use', 'auto'])).readonly(),
      }),
    )
    .readonly(),
})

export const imageInfo = z.object({
  path: z.string(),
  format: formatName,
  virtualSize: byteCount,
  fileLength: byteCount,
  allocatedBytes: byteCount,
  modifiedAt: timestamp,
  qcow2: qcow2Info.optional(),
  snapshots: z.array(snapshotInfo).readonly(),
  backingFile: z.string().optional(),
  backingFormat: z.string().optional(),
  chain: z.array(chainLink).readonly(),
  clusters: z
    .object({
      total: byteCount,
      normal: byteCount,
      zeroPlain: byteCount,
      zeroAllocated: byteCount,
      compressed: byteCount,
      unallocated: byteCount,
      fragmented: byteCount,
    })
    .optional(),
  use: imageUse,
})
export type ImageInfo = z.infer<typeof imageInfo>

export const mapExtent = z.object({
  start: byteCount,
  length: byteCount,
  depth: byteCount,
  present: z.boolean(),
  zero: z.boolean(),
  data: z.boolean(),
  compressed: z.boolean(),
  offset: claimedOffset.optional(),
  filename: z.string().optional(),
})
export type MapExtent = z.infer<typeof mapExtent>

export const allocationClass = z.enum(['data', 'compressed', 'zero', 'backing', 'unallocated'])
export type AllocationClass = z.infer<typeof allocationClass>

/** See core's AllocationSummary: shares are base64, one byte a bucket. */
export const allocationSummary = z.object({
  virtualSize: byteCount,
  bucketBytes: byteCount,
  bucketCount: z.number().int().nonnegative().max(16384),
  shares: z.record(allocationClass, z.string()),
  totals: z.record(allocationClass, byteCount),
  extentCount: byteCount,
})
export type AllocationSummary = z.infer<typeof allocationSummary>
