import { formatUuid } from '../guid.ts'
import type { FileSystem } from '../file-system.ts'
import { hasText, withSaneSize, nameOf } from '../names.ts'
import type { Volume } from '../volume.ts'

const pageSizes = [4096, 8192, 16_384, 32_768, 65_536]
const SIGNATURE_BYTES = 10
/** Linux, include/linux/swap.h, `union swap_header`. */
const HEADER = 1024

/** Its signature is at the end of the first page, and pages are as large as on the machine that made it. */
export async function readSwap(volume: Volume): Promise<FileSystem | undefined> {
  for (const page of pageSizes) {
    const signature = await volume.bytes(page - SIGNATURE_BYTES, SIGNATURE_BYTES)
    if (signature === undefined) return undefined
    if (!hasText(signature, 0, 'SWAPSPACE2')) continue
    const header = await volume.bytes(HEADER, 44)
    if (header === undefined) return undefined
    const view = new DataView(header.buffer)
    // Numbers are in the order of that machine; the version is 1.
    const littleEndian = view.getUint32(0, true) === 1
    return withSaneSize({
      kind: 'swap',
      label: nameOf(header.subarray(28, 44)),
      uuid: formatUuid(header.subarray(12, 28)),
      size: (view.getUint32(4, littleEndian) + 1) * page,
    })
  }
  return undefined
}
