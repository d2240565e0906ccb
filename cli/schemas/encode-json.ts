import { z } from 'zod'

const count = z.number().int().nonnegative()

const image = {
  sourceFormat: z.enum(['qcow2', 'raw']),
  /** Sizes and lengths are bytes. */
  virtualSize: count,
  clusterSize: count,
  formatVersion: z.union([z.literal(2), z.literal(3)]),
  refcountBits: count,
  lazyRefcounts: z.boolean(),
  compression: z.enum(['none', 'zlib', 'zstd']),
  guestClusters: count,
  /** Stored as they are; in a plan, all that hold data. */
  dataClusters: count,
  bytesRead: count,
  fileLength: count,
}

/** `encode --json`; after --dry-run `plan` instead of `result`. */
export const encodeJson = z.strictObject({
  version: z.literal(1),
  /** As they were typed; `-` is standard input. */
  filename: z.string(),
  target: z.string(),
  plan: z
    .strictObject({
      ...image,
      /** Compressed, the file gets shorter than that. */
      isExact: z.boolean(),
    })
    .optional(),
  result: z
    .strictObject({
      ...image,
      compressedClusters: count,
      compressedBytes: count,
      /** Another file had the name before. */
      replaced: z.boolean(),
      /** Missing where the host does not tell. */
      allocatedBytes: count.optional(),
    })
    .optional(),
})
export type EncodeJson = z.infer<typeof encodeJson>
