import { HIGH_UNIT } from '../../base/word64.ts'

/** Tables of offsets as they stand in a file: big-endian, with `high` set in each that is not 0. */
export function pointerTable(
  offsets: readonly (number | undefined)[],
  { length, high }: { readonly length: number; readonly high: number },
): Uint8Array {
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  // Not `entries()`: tables of sparse disks are sparse arrays.
  offsets.forEach((offset, index) => {
    if (offset === undefined || offset === 0) return
    view.setUint32(index * 8, high + Math.floor(offset / HIGH_UNIT))
    view.setUint32(index * 8 + 4, offset % HIGH_UNIT)
  })
  return bytes
}
