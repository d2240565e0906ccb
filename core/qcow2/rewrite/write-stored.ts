import { isAllZero } from '../../base/zeroes.ts'
import type { WritableFile } from '../../storage/writable-file.ts'

/** The unit in which file systems store or leave out; what QEMU's converter looks at, too. */
const BLOCK = 4096

/**
 * Writes guest data into a part of a file that is still a hole: blocks of zeroes stay one, so that what was
 * sparse stays sparse. Resolves once all of it is written, also when a part of it fails.
 */
export async function writeStored(
  file: WritableFile,
  bytes: Uint8Array,
  at: number,
): Promise<void> {
  const writes: Promise<void>[] = []
  let from = 0
  for (let start = 0; start < bytes.length;) {
    const end = Math.min(bytes.length, start + BLOCK - ((at + start) % BLOCK))
    if (isAllZero(bytes.subarray(start, end))) {
      if (start > from) writes.push(file.write(bytes.subarray(from, start), at + from, 'data'))
      from = end
    }
    start = end
  }
  if (bytes.length > from) writes.push(file.write(bytes.subarray(from), at + from, 'data'))
  for (const outcome of await Promise.allSettled(writes)) {
    if (outcome.status === 'rejected') throw outcome.reason
  }
}
