import { formatUuid } from '../guid.ts'
import type { FileSystem } from '../file-system.ts'
import { LittleEndianView } from '../little-endian.ts'
import { hasText, withSaneSize, nameOf } from '../names.ts'
import type { Volume } from '../volume.ts'

/** btrfs on-disk format, "Superblock"; the first of its copies. */
const SUPERBLOCK = 65_536
/** The part of the superblock that is about this device, where there may be several. */
const DEVICE_BYTES = 0xc9 + 8

export async function readBtrfs(volume: Volume): Promise<FileSystem | undefined> {
  const bytes = await volume.bytes(SUPERBLOCK, 4096)
  if (bytes === undefined || !hasText(bytes, 0x40, '_BHRfS_M')) return undefined
  return withSaneSize({
    kind: 'btrfs',
    label: nameOf(bytes.subarray(0x12b, 0x12b + 256)),
    uuid: formatUuid(bytes.subarray(0x20, 0x30)),
    size: new LittleEndianView(bytes).u64(DEVICE_BYTES),
  })
}
