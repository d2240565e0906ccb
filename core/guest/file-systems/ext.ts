import { formatUuid } from '../guid.ts'
import type { FileSystem } from '../file-system.ts'
import { LittleEndianView } from '../little-endian.ts'
import { withSaneSize, nameOf } from '../names.ts'
import type { Volume } from '../volume.ts'

/** Linux, Documentation/filesystems/ext4/super.rst. */
const SUPERBLOCK = 1024
const MAGIC = 0xef53
const MAX_LOG_BLOCK = 6

const compatible = { journal: 0x4 } as const
const incompatible = { journalDevice: 0x8, bits64: 0x80 } as const
/** What ext3 knew: filetype, recover, meta_bg. Anything else was brought by ext4. */
const incompatibleOfExt3 = 0x2 | 0x4 | 0x10
/** sparse_super, large_file, btree_dir. */
const readOnlyOfExt3 = 0x1 | 0x2 | 0x4

/** ext2, ext3 and ext4 share a superblock and differ in what they make use of. */
export async function readExt(volume: Volume): Promise<FileSystem | undefined> {
  const bytes = await volume.bytes(SUPERBLOCK, 1024)
  if (bytes === undefined) return undefined
  const view = new LittleEndianView(bytes)
  if (view.u16(0x38) !== MAGIC) return undefined
  const logBlock = view.u32(0x18)
  const features = view.u32(0x60)
  if (logBlock > MAX_LOG_BLOCK || (features & incompatible.journalDevice) !== 0) return undefined
  const isExt4 = (features & ~incompatibleOfExt3) !== 0 || (view.u32(0x64) & ~readOnlyOfExt3) !== 0
  const hasJournal = (view.u32(0x5c) & compatible.journal) !== 0
  const blocksHigh = (features & incompatible.bits64) === 0 ? 0 : view.u32(0x150)
  const blocks = blocksHigh * 2 ** 32 + view.u32(0x4)
  return withSaneSize({
    kind: isExt4 ? 'ext4' : hasJournal ? 'ext3' : 'ext2',
    label: nameOf(bytes.subarray(0x78, 0x88)),
    uuid: formatUuid(bytes.subarray(0x68, 0x78)),
    size: blocks * 1024 * 2 ** logBlock,
  })
}
