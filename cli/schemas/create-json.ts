import { z } from 'zod'

const bytes = z.number().int().nonnegative()
const format = z.enum(['qcow2', 'raw'])

const qcow2 = z.strictObject({
  version: z.union([z.literal(2), z.literal(3)]),
  clusterSize: bytes,
  refcountBits: bytes,
  lazyRefcounts: z.boolean(),
  extendedL2: z.boolean(),
  compressionType: z.enum(['zlib', 'zstd']),
  l1Bytes: bytes,
  l2Bytes: bytes,
  refcountBytes: bytes,
})

const backing = z.strictObject({
  name: z.string(),
  path: z.string(),
  format,
  virtualSize: bytes,
})

const dataFile = z.strictObject({
  name: z.string(),
  path: z.string(),
  raw: z.boolean(),
  length: bytes,
  existingLength: bytes.optional(),
})

const warning = z.strictObject({
  kind: z.enum([
    'backing-cut',
    'backing-looks-different',
    'backing-chain-incomplete',
    'data-file-cut',
    'data-file-relative',
    'no-snapshots',
  ]),
  text: z.string(),
})

/** `create --json`. Sizes are bytes. */
export const createJson = z.strictObject({
  version: z.literal(1),
  filename: z.string(),
  plan: z.strictObject({
    format,
    virtualSize: bytes,
    sizeFrom: z.enum(['option', 'backing file', 'data file']),
    /** Length of the new file, and what of it is written or reserved at once. */
    fileLength: bytes,
    initialBytes: bytes,
    preallocation: z.enum(['off', 'metadata', 'falloc', 'full']),
    /** Missing for a raw image. */
    qcow2: qcow2.optional(),
    backing: backing.optional(),
    dataFile: dataFile.optional(),
    warnings: z.array(warning).readonly(),
    /** The command that makes the same image with QEMU's tool. */
    qemuCommand: z.array(z.string()).readonly(),
  }),
  /** Missing after --dry-run. */
  result: z
    .strictObject({
      /** Missing where the host does not tell. */
      allocatedBytes: bytes.optional(),
      space: z.enum(['promised', 'written']).optional(),
    })
    .optional(),
})
export type CreateJson = z.infer<typeof createJson>
