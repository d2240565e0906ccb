import { throwIfAborted } from '../base/abort.ts'
import type { OperationContext } from '../progress.ts'
import type { PunchResult } from '../qcow2/compact/punch.ts'
import type { BlockFile } from '../storage/block-file.ts'
import {
  measureSpareSpace,
  punchSpareSpace,
  type SpareSpace,
} from '../storage/punch-spare-space.ts'
import type { SpareLayout } from '../storage/spare-space.ts'
import type { WritableFile } from '../storage/writable-file.ts'

/** All of it is content: a raw disk says nothing about what of it is in use. */
const rawLayout: SpareLayout = {
  scanZeroes: true,
  stretchAt: () => ({ worth: 'content', end: Infinity }),
}

/** What `punchRaw` would give back; reads all that is stored. */
export const measureRawPunch = (
  file: BlockFile,
  context: OperationContext = {},
): Promise<SpareSpace & { readonly promisedBytes: number }> =>
  measureSpareSpace(file, rawLayout, context)

/**
 * Makes holes of the zeroes of a file that is its disk, byte for byte: a raw image, or the external data
 * file of a qcow2 image, whose references stay true because no byte changes. As `punchQcow2` otherwise.
 */
export async function punchRaw(
  file: WritableFile,
  context: OperationContext = {},
): Promise<PunchResult> {
  throwIfAborted(context.signal)
  const allocatedBefore = file.allocatedBytes()
  const { zeroBytes, holes, bytesRead } = await punchSpareSpace(file, rawLayout, context)
  if (holes > 0) await file.flush()
  return {
    punchedBytes: zeroBytes,
    zeroBytes,
    leakedFreed: 0,
    bytesRead,
    allocatedBefore,
    allocatedAfter: file.allocatedBytes(),
  }
}
