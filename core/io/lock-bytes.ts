import type { ImageUse } from '../operations/image-info.ts'
import { hostCalls } from './host-calls.ts'

/**
 * QEMU tells other processes what it does with an image by shared locks on single bytes of the file
 * (QEMU block/file-posix.c, `RAW_LOCK_PERM_BASE` and `RAW_LOCK_SHARED_BASE`): byte 100 + i says "I use
 * permission i", byte 200 + i "I do not let others use it".
 */
const permissionBase = 100
const permission = { read: 0, write: 1, resize: 3 } as const

/**
 * What others do with the file behind `fd`, from QEMU's lock bytes alone. Only asks: no lock is taken,
 * so a VM that starts this very moment is not disturbed.
 */
export function stateByLockBytes(fd: number): ImageUse['state'] {
  const calls = hostCalls()
  if (calls === undefined) return 'unknown'
  const held = (which: number) => calls.isByteLocked(fd, permissionBase + which)

  const read = held(permission.read)
  if (read === undefined) return 'unknown'
  if (held(permission.write) === true || held(permission.resize) === true) return 'writing'
  return read ? 'reading' : 'free'
}
