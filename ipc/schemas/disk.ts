/** The disk as a guest lays it out, for a picture to scale. Positions are guest bytes. */
import { z } from 'zod'
import { byteCount, claimedOffset } from './image.ts'

/** Told by its superblock, which nobody vouches for. */
export const fileSystem = z.object({
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
  /** Bytes that the superblock says the file system has. */
  size: claimedOffset.optional(),
})
export type FileSystem = z.infer<typeof fileSystem>

export const diskPartition = z.object({
  number: z.number().int().nonnegative(),
  start: byteCount,
  /** The first byte after it; may lie past the end of the disk in a damaged table. */
  end: byteCount,
  /** What the table calls it: "Linux filesystem", "EFI System"… */
  typeName: z.string().optional(),
  /** The partition's own name; GPT only. */
  name: z.string().optional(),
  fileSystem: fileSystem.optional(),
})
export type DiskPartition = z.infer<typeof diskPartition>

export const diskLayout = z.object({
  virtualSize: byteCount,
  table: z
    .object({
      kind: z.enum(['gpt', 'mbr']),
      sectorSize: z.union([z.literal(512), z.literal(4096)]),
      /** Bytes that the table keeps behind the last partition (GPT's copy). */
      reservedAtEnd: byteCount,
      /** Where GPT's second header is; absent without one that is sound. */
      backupHeaderAt: byteCount.optional(),
      fault: z.string().optional(),
    })
    .optional(),
  partitions: z.array(diskPartition).readonly(),
  /** A file system that begins at byte 0, without a table. */
  wholeDisk: fileSystem.optional(),
  /** The first byte after the last that is stored in this image. */
  storedEnd: byteCount.optional(),
  /** The first byte after the last that is not zero. */
  contentEnd: byteCount.optional(),
  /**
   * The smallest size that cuts nothing off: the end of the last partition (and of the file system in it, when that
   * is larger) with what the table keeps at the end; of all content where there is no table.
   */
  safeSize: byteCount.optional(),
  /** What decides that size. */
  safeBecause: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('partition'), number: z.number().int() }),
      z.object({ kind: z.literal('file-system'), number: z.number().int().optional() }),
      z.object({ kind: z.literal('content') }),
    ])
    .optional(),
})
export type DiskLayout = z.infer<typeof diskLayout>
