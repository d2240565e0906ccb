import type { ImageUse } from '../operations/image-info.ts'
import { hostCalls, type HostCalls } from './host-calls.ts'

/**
 * QEMU tells other processes what it does with an image by shared locks on single bytes of the file
 * (QEMU block/file-posix.c, `RAW_LOCK_PERM_BASE` and `RAW_LOCK_SHARED_BASE`): byte 100 + i says "I use
 * permission i", byte 200 + i "I do not let others use it".
 */
const usedBase = 100
const unsharedBase = 200
const permission = { read: 0, write: 1, resize: 3 } as const

/** What somebody who holds a file does with it. */
export type HoldingRole = 'writer' | 'reader'

/** Measured of qemu-io, qemu-nbd and qemu-img 7.2; writers and readers alike want to be the only writer. */
const claims = {
  writer: {
    uses: [permission.read, permission.write, permission.resize],
    unshares: [permission.write, permission.resize],
  },
  reader: { uses: [permission.read], unshares: [permission.write, permission.resize] },
} as const

/** How an attempt to hold a file ended. */
export type LockOutcome =
  | { readonly kind: 'held' }
  /** `byte` is one that others lock and that we may not have beside them. */
  | { readonly kind: 'conflict'; readonly byte: number; readonly mode: 'reading' | 'writing' }
  /** No such locks here: nothing was taken. */
  | { readonly kind: 'unsupported' }

/**
 * What others do with the file behind `fd`, from QEMU's lock bytes alone. Only asks: no lock is taken,
 * so a VM that starts this very moment is not disturbed.
 */
export function stateByLockBytes(fd: number): ImageUse['state'] {
  const calls = hostCalls()
  const read = calls?.isByteLocked(fd, usedBase + permission.read)
  if (calls === undefined || read === undefined) return 'unknown'
  if (isWritten(calls, fd)) return 'writing'
  return read ? 'reading' : 'free'
}

/**
 * Holds the file behind `fd` as QEMU does: takes the bytes of the role, then looks whether others hold
 * bytes that contradict it. Two who start at once see each other and both give up; nobody wins twice.
 * It looks before taking anything as well, because a byte of ours, even for a moment, can make a block
 * job of a running VM fail. After a conflict the caller closes `fd`, which lets go of everything.
 */
export function holdByLockBytes(fd: number, role: HoldingRole): LockOutcome {
  const calls = hostCalls()
  if (calls === undefined) return { kind: 'unsupported' }
  const before = contradiction(calls, fd, role)
  if (before.kind !== 'held') return before
  for (const byte of bytesOf(role)) {
    const answer = calls.lockByte(fd, byte)
    if (answer === 'unsupported') return { kind: 'unsupported' }
    if (answer === 'refused') return { kind: 'conflict', byte, mode: 'writing' }
  }
  return contradiction(calls, fd, role)
}

function bytesOf(role: HoldingRole): number[] {
  const { uses, unshares } = claims[role]
  return [
    ...uses.map((which) => usedBase + which),
    ...unshares.map((which) => unsharedBase + which),
  ]
}

/** The first byte of others that says the opposite of what the role claims. */
function contradiction(calls: HostCalls, fd: number, role: HoldingRole): LockOutcome {
  const { uses, unshares } = claims[role]
  const opposites = [
    ...unshares.map((which) => usedBase + which),
    ...uses.map((which) => unsharedBase + which),
  ]
  for (const byte of opposites) {
    const locked = calls.isByteLocked(fd, byte)
    if (locked === undefined) return { kind: 'unsupported' }
    if (locked)
      return { kind: 'conflict', byte, mode: isWritten(calls, fd) ? 'writing' : 'reading' }
  }
  return { kind: 'held' }
}

const isWritten = (calls: HostCalls, fd: number): boolean =>
  [permission.write, permission.resize].some(
    (which) => calls.isByteLocked(fd, usedBase + which) === true,
  )
