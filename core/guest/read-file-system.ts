import type { FileSystem } from './file-system.ts'
import { readBitlocker } from './file-systems/bitlocker.ts'
import { readBtrfs } from './file-systems/btrfs.ts'
import { readExfat } from './file-systems/exfat.ts'
import { readExt } from './file-systems/ext.ts'
import { readFat } from './file-systems/fat.ts'
import { readLuks } from './file-systems/luks.ts'
import { readLvm } from './file-systems/lvm.ts'
import { readNtfs } from './file-systems/ntfs.ts'
import { readSwap } from './file-systems/swap.ts'
import { readXfs } from './file-systems/xfs.ts'
import type { GuestBytes } from './guest-bytes.ts'
import { Volume } from './volume.ts'

/**
 * In this order: what encrypts or divides a volume covers what was there before; a boot sector that looks like
 * FAT is the weakest sign of all.
 */
const readers: readonly ((volume: Volume) => Promise<FileSystem | undefined>)[] = [
  readLuks,
  readBitlocker,
  readLvm,
  readXfs,
  readExfat,
  readNtfs,
  readExt,
  readBtrfs,
  readSwap,
  readFat,
]

/**
 * The file system at the start of a range of the disk, by its superblock; undefined when there is none that is
 * known here. Reads a few blocks of 4 KiB, whatever they hold.
 */
export async function readFileSystem(
  disk: GuestBytes,
  range: { readonly start: number; readonly end: number },
): Promise<FileSystem | undefined> {
  const volume = new Volume(disk, range)
  for (const read of readers) {
    const found = await read(volume)
    if (found !== undefined) return found
  }
  return undefined
}
