import { z } from 'zod'
import { errorData } from './error.ts'
import { byteCount, formatName, imageId, imageUse, linkSummary, timestamp } from './image.ts'

/** The word on the badge; product.md U1 "Health badge". */
export const health = z.enum([
  'healthy',
  'leaks',
  'needs-repair',
  'damaged',
  'dirty',
  'not-checked',
  'cannot-read',
  'untrusted-links',
])
export type Health = z.infer<typeof health>

/** A virtual machine whose configuration, read as a file, names the image. */
export const vmReference = z.object({
  source: z.enum(['libvirt', 'virtualbox', 'vmware', 'utm', 'lima', 'quickemu']),
  vm: z.string(),
  /** Absolute path of the configuration. */
  config: z.string(),
})
export type VmReference = z.infer<typeof vmReference>

export const folderId = z.number().int().positive()

export const libraryFolder = z.object({
  id: folderId,
  path: z.string(),
  recursive: z.boolean(),
  /** Live: changes on disk show up by themselves. */
  watched: z.boolean(),
  imageCount: byteCount,
  /** A scan is running. */
  scanning: z.boolean(),
  /** Why the folder cannot be read, when it cannot. */
  error: errorData.optional(),
})
export type LibraryFolder = z.infer<typeof libraryFolder>

/** One row of the library table. Everything a column or the badge needs, nothing read on demand. */
export const libraryRow = z.object({
  id: imageId,
  /** File name. */
  name: z.string(),
  /** Absolute path. */
  path: z.string(),
  /** Absolute path of the folder the file is in. */
  location: z.string(),
  /** The library folder it was found through; absent for single files. */
  folderId: folderId.optional(),
  format: formatName.optional(),
  formatLabel: z.string(),
  /** The file is not where it was; the row keeps what was known. */
  missingSince: timestamp.optional(),
  error: errorData.optional(),
  use: imageUse,
  health,
  /** The file changed after the check that `health` comes from. */
  healthStale: z.boolean(),
  lastCheckAt: timestamp.optional(),
  virtualSize: byteCount.optional(),
  fileLength: byteCount,
  onDisk: byteCount.optional(),
  clusterSize: byteCount.optional(),
  refcountBits: byteCount.optional(),
  compressionType: z.enum(['zlib', 'zstd']).optional(),
  encryption: z.enum(['none', 'aes', 'luks']).optional(),
  extendedL2: z.boolean().optional(),
  lazyRefcounts: z.boolean().optional(),
  snapshotCount: byteCount.optional(),
  bitmapCount: byteCount.optional(),
  /** Clusters out of order, share of the allocated ones, from the last check. */
  fragmentation: z.number().min(0).max(1).optional(),
  backing: linkSummary.optional(),
  /** The file that holds the guest's clusters in place of this one. */
  dataFile: linkSummary.optional(),
  /** The library's image that `backing` leads to. */
  parentId: imageId.optional(),
  /** How many images of the library have this one as their backing file. */
  childCount: byteCount,
  /** Images of the library that keep their content in this file; absent: none. */
  dataFileOf: z.array(imageId).readonly().optional(),
  usedBy: z.array(vmReference).readonly(),
  /** What compacting would give back, by the last look; absent before the first one. */
  reclaimable: z
    .object({
      bytes: byteCount,
      at: timestamp,
      stale: z.boolean(),
      isExact: z.boolean(),
      /** Of what is not exact: what is certain alone, and there may be more; else a guess. */
      isLeast: z.boolean().optional(),
    })
    .optional(),
  /** Nothing that was looked at needs it: no VM, no overlay, nobody has it open. */
  isOrphan: z.boolean(),
  /** The file may not be written by this user. */
  readOnly: z.boolean(),
  /** When somebody last opened it or worked on it here. */
  usedAt: timestamp.optional(),
  /** Whether links out of the image's folder may be followed for this image. */
  linksTrusted: z.boolean(),
  /** Its format is raw because a person said so, whatever its first bytes say; absent: it was detected. */
  treatedAsRaw: z.boolean().optional(),
  /** SHA-256 of the guest content, from the last hash, with whether the file changed since. */
  contentSha256: z.string().optional(),
  hashStale: z.boolean(),
  modifiedAt: timestamp,
  createdAt: timestamp.optional(),
  addedAt: timestamp,
})
export type LibraryRow = z.infer<typeof libraryRow>

/** A stream of these keeps every window's list equal to the services'. The first is a `snapshot`. */
export const libraryEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('snapshot'),
    folders: z.array(libraryFolder),
    /** Rows that follow in `rows` events, at most 500 each, until this many have come. */
    rowCount: byteCount,
  }),
  z.object({ type: z.literal('rows'), rows: z.array(libraryRow) }),
  z.object({ type: z.literal('removed'), ids: z.array(imageId) }),
  z.object({ type: z.literal('folders'), folders: z.array(libraryFolder) }),
])
export type LibraryEvent = z.infer<typeof libraryEvent>
