import { z } from 'zod'

const bytes = z.number().int().nonnegative()

const fileSystem = z.strictObject({
  kind: z.enum([
    'ext2',
    'ext3',
    'ext4',
    'xfs',
    'btrfs',
    'ntfs',
    'fat12',
    'fat16',
    'fat32',
    'exfat',
    'lvm',
    'swap',
    'luks',
    'bitlocker',
  ]),
  label: z.string().optional(),
  uuid: z.string().optional(),
  size: bytes.optional(),
})

/** The disk as its guest lays it out. All sizes and positions are bytes of the disk. */
export const layoutJson = z.strictObject({
  virtualSize: bytes,
  table: z
    .strictObject({
      kind: z.enum(['gpt', 'mbr']),
      sectorSize: z.union([z.literal(512), z.literal(4096)]),
      reservedAtEnd: bytes,
      /** Where GPT's second header is; missing without one that is sound. */
      backupHeaderAt: bytes.optional(),
      fault: z.string().optional(),
    })
    .optional(),
  partitions: z
    .array(
      z.strictObject({
        number: bytes,
        start: bytes,
        end: bytes,
        typeName: z.string().optional(),
        name: z.string().optional(),
        fileSystem: fileSystem.optional(),
      }),
    )
    .readonly(),
  /** On the disk itself, without a table. */
  wholeDisk: fileSystem.optional(),
  storedEnd: bytes.optional(),
  contentEnd: bytes.optional(),
  /** The smallest size that keeps everything, and what decides it. */
  safeSize: bytes.optional(),
  safeBecause: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('partition'), number: bytes }),
      z.strictObject({ kind: z.literal('file-system'), number: bytes.optional() }),
      z.strictObject({ kind: z.literal('content') }),
    ])
    .optional(),
})
