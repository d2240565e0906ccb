import type { FileLocking } from '../operations/image-info.ts'
import { hostCalls, type LockAnswer } from './host-calls.ts'
import type { HoldingRole } from './lock-bytes.ts'

/**
 * Flags of open(2) that lock the file while opening it, on systems without QEMU's lock bytes, where Node
 * lets such flags through: macOS (sys/fcntl.h `O_SHLOCK`, `O_EXLOCK`; with O_NONBLOCK a locked file fails
 * with EAGAIN) and Windows (libuv's `UV_FS_O_EXLOCK`: sharing mode 0, which fails with EBUSY while anybody
 * has the file open, and makes everybody else's opening fail; readers need no flag for that).
 */
const flagsByPlatform: Partial<
  Record<NodeJS.Platform, { readonly writer: number; readonly reader: number }>
> = {
  darwin: { writer: 0x20, reader: 0x10 },
  win32: { writer: 0x10000000, reader: 0 },
}

/** What to add to the flags that a file to be held is opened with; nothing on Linux. */
export const lockingFlags = (role: HoldingRole): number =>
  flagsByPlatform[process.platform]?.[role] ?? 0

/**
 * Locks all of an open file for one writer or many readers, on a Linux file system without byte locks.
 * Other Platters notice; QEMU, which locks nothing there, does not.
 */
export function holdWholeFile(fd: number, role: HoldingRole): LockAnswer {
  return hostCalls()?.lockFile(fd, role === 'writer' ? 'exclusive' : 'shared') ?? 'unsupported'
}

/** What is left to keep others out where the file system has no byte locks. */
export function wholeFileLocking(): FileLocking {
  const isPossible = process.platform in flagsByPlatform || hostCalls() !== undefined
  return isPossible ? 'whole-file' : 'none'
}
