import { setTimeout as delay } from 'node:timers/promises'
import { unreachable } from '../base/assert.ts'
import type { Reason } from '../errors/catalogue.ts'
import { ImageError } from '../errors/image-error.ts'
import { fileInUse } from '../operations/file-in-use.ts'
import type { ImageHolder } from '../operations/image-info.ts'
import type { FileIdentity } from '../storage/block-file.ts'
import { findHolders, findLockers, findOthers } from './holders.ts'
import { holdByLockBytes, stateByLockBytes, type HoldingRole } from './lock-bytes.ts'
import type { NodeFile } from './node-file.ts'
import { isNamed } from './open-regular.ts'
import { fromLockError } from './system-error.ts'
import { holdWholeFile } from './whole-file-lock.ts'

/**
 * Others look at images for moments (a file manager that asks qemu-img about one), and two who start at
 * once both give way. So a refusal counts when it was met a few times, at moments nobody else chose.
 */
const attempts = 5
const pause = () => delay(5 + Math.random() * 30)

/** What may be different in a moment. */
const passing: ReadonlySet<Reason> = new Set<Reason>(['file-in-use', 'file-changed'])

/** Why a file cannot be held now. */
interface Conflict {
  readonly mode: 'reading' | 'writing'
  /** A lock byte of theirs that contradicts ours, where that is what was met. */
  readonly byte?: number
}

/**
 * Opens a file and holds it until it is closed, so that nobody who keeps QEMU's rules writes to it
 * meanwhile (docs/QCOW2.md, "Locks"). Throws what `open` throws, `file-in-use` with the holders' names,
 * `file-changed` or `file-not-lockable`; then the file is closed and nothing is left behind.
 */
export async function openHeld<File extends NodeFile>(
  role: HoldingRole,
  open: () => File,
): Promise<File> {
  const file = await openLocked(role, open)
  await closingUnless(file, () => othersWithoutLocks(file, role))
  return file
}

/** Locks a file that was made just now, or closes it. Throws as `openHeld`. */
export const lockNew = (file: NodeFile): Promise<void> =>
  closingUnless(file, () => lock(file, 'writer'))

async function openLocked<File extends NodeFile>(
  role: HoldingRole,
  open: () => File,
): Promise<File> {
  for (let attempt = 1; ; attempt++) {
    try {
      const file = open()
      await closingUnless(file, () => lock(file, role))
      await closingUnlessNamed(file)
      return file
    } catch (error) {
      const mayPass = error instanceof ImageError && passing.has(error.reason)
      if (!mayPass || attempt === attempts) throw error
    }
    await pause()
  }
}

/**
 * Somebody may have put another file in its place after it was opened and before it was locked. Writing to
 * the old one would be writing to nowhere.
 */
async function closingUnlessNamed(file: NodeFile): Promise<void> {
  if (isNamed(file)) return
  await file.close()
  throw new ImageError('file-changed', { path: file.name, found: 'another file' })
}

/** Closes the file and throws when there is a conflict. */
async function closingUnless(
  file: NodeFile,
  findConflict: () => Promise<Conflict | undefined> | Conflict | undefined,
): Promise<void> {
  const { name, identity } = file
  let conflict: Conflict | undefined
  try {
    conflict = await findConflict()
  } catch (error) {
    await file.close()
    throw fromLockError(error, { path: name })
  }
  if (conflict === undefined) return
  // Named after it was closed: otherwise we would find ourselves.
  await file.close()
  throw fileInUse({
    path: name,
    mode: conflict.mode,
    holders: holdersOf(identity, conflict),
    ourPid: process.pid,
  })
}

function lock(file: NodeFile, role: HoldingRole): Conflict | undefined {
  const outcome = holdByLockBytes(file.fd, role)
  switch (outcome.kind) {
    case 'held':
      return undefined
    case 'conflict':
      return outcome
    case 'unsupported':
      return holdWholeFile(file.fd, role) === 'refused' ? { mode: 'writing' } : undefined
    default:
      return unreachable(outcome)
  }
}

/**
 * Somebody else who has the file open although we hold it. Not everybody locks: a copy that is still being
 * written, QEMU with locking=off, VirtualBox. Looked for several times: another one who tries to hold the
 * file has it open for moments too, and must not make the one who holds it give way.
 */
async function othersWithoutLocks(
  { fd, identity }: NodeFile,
  role: HoldingRole,
): Promise<Conflict | undefined> {
  const hasLockBytes = stateByLockBytes(fd) !== 'unknown'
  if (hasLockBytes && role === 'reader') return undefined
  // Without lock bytes QEMU does not even tell that it reads an image, such as the base of an overlay.
  const unwanted = hasLockBytes || role === 'reader' ? 'writing' : 'any'
  for (let attempt = 1; findOthers(identity, unwanted).length > 0; attempt++) {
    if (attempt === attempts) {
      return { mode: findOthers(identity, 'writing').length > 0 ? 'writing' : 'reading' }
    }
    await pause()
  }
  return undefined
}

/** Who locks the byte that was met, else who has the file open in that mode. */
function holdersOf(identity: FileIdentity, { mode, byte }: Conflict): readonly ImageHolder[] {
  const lockers = byte === undefined ? [] : findLockers(identity, byte)
  return lockers.length > 0
    ? lockers
    : findHolders(identity, mode === 'writing' ? 'writing' : 'any')
}
