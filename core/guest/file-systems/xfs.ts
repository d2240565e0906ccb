import { BinaryView } from '../../base/binary.ts'
import { wordToNumber } from '../../base/word64.ts'
import { formatUuid } from '../guid.ts'
import type { FileSystem } from '../file-system.ts'
import { withSaneSize, nameOf } from '../names.ts'
import type { Volume } from '../volume.ts'

/** `XFSB` (XFS Algorithms & Data Structures, "Superblocks"). Numbers are big-endian. */
const MAGIC = 0x5846_5342
const blockSizes = new Set([512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536])

export async function readXfs(volume: Volume): Promise<FileSystem | undefined> {
  const bytes = await volume.bytes(0, 512)
  if (bytes === undefined) return undefined
  const view = new BinaryView(bytes, { structure: 'XFS superblock', offset: 0 })
  const blockSize = view.u32(4)
  if (view.u32(0) !== MAGIC || !blockSizes.has(blockSize)) return undefined
  return withSaneSize({
    kind: 'xfs',
    label: nameOf(bytes.subarray(108, 120)),
    uuid: formatUuid(bytes.subarray(32, 48)),
    size: wordToNumber(view.word(8)) * blockSize,
  })
}
