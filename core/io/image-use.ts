import type { ImageUse } from '../operations/image-info.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { findHolders } from './holders.ts'
import { stateByLockBytes } from './lock-bytes.ts'
import { NodeFile } from './node-file.ts'
import { wholeFileLocking } from './whole-file-lock.ts'

/**
 * Who has `file` open. The lock bytes decide, because every QEMU sets them and asking costs
 * microseconds; only a file that is in use is worth the walk through /proc for names.
 */
export function readUse(file: BlockFile): ImageUse {
  if (!(file instanceof NodeFile)) return { state: 'unknown', holders: [] }
  const state = stateByLockBytes(file.fd)
  if (state === 'unknown') return { state, holders: [], locking: wholeFileLocking() }
  const mode = state === 'writing' ? 'writing' : 'any'
  const holders = state === 'free' ? [] : findHolders(file.identity, mode, file.fd)
  return { state, holders, locking: 'lock-bytes' }
}
