import { setTimeout as delay } from 'node:timers/promises'
import { unreachable } from '../base/assert.ts'
import { ImageError } from '../errors/image-error.ts'
import { fileInUse } from '../operations/file-in-use.ts'
import type { ImageHolder } from '../operations/image-info.ts'
import type { FileIdentity } from '../storage/block-file.ts'
import { findHolders, findLockers, findOthers } from './holders.ts'
import { holdByLockBytes, type HoldingRole } from './lock-bytes.ts'
import type { NodeFile } from './node-file.ts'
import { fromLockError } from './system-error.ts'
import { holdWholeFile } from './whole-file-lock.ts'

/**
 * Others look at images for moments (a file manager that asks qemu-img about one), and two who start at
 * once both give way. So a refusal counts when it was met a few times, at moments nobody else chose.
 */
const attempts = 5
const pause = () => delay(5 + Math.random() * 30)

/** Why a file cannot be held now. */
interface Conflict {
  readonly mode: 'reading' | 'writing'
  /** A lock byte of theirs that contradicts ours, where that is what was met. */
  readonly byte?: number
}

/**
 * Opens a file and holds it until it is closed, so that nobody who keeps QEMU's rules writes to it
 * meanwhile (docs/QCOW2.md, "Locks"). Throws what `open` throws, `file-in-use` with the holders' names, or
 * `file-not-lockable`; then the file is closed and nothing is left behind.
 */
export async function openHeld<File extends NodeFile>(
  role: HoldingRole,
  open: () => File,
): Promise<File> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await hold(open(), role)
    } catch (error) {
      const isInUse = error instanceof ImageError && error.reason === 'file-in-use'
      if (!isInUse || attempt === attempts) throw error
    }
    await pause()
  }
}

/** Holds an open file, in one attempt; closes it when it cannot be had. Throws as `openHeld`. */
export async function hold<File extends NodeFile>(file: File, role: HoldingRole): Promise<File> {
  const { name, identity } = file
  let conflict: Conflict | undefined
  try {
    conflict = await conflictOf(file, role)
  } catch (error) {
    await file.close()
    throw fromLockError(error, { path: name })
  }
  if (conflict === undefined) return file
  // Named after it was closed: otherwise we would find ourselves.
  await file.close()
  throw fileInUse({
    path: name,
    mode: conflict.mode,
    holders: holdersOf(identity, conflict),
    ourPid: process.pid,
  })
}

async function conflictOf(file: NodeFile, role: HoldingRole): Promise<Conflict | undefined> {
  const outcome = holdByLockBytes(file.fd, role)
  switch (outcome.kind) {
    case 'conflict':
      return outcome
    case 'held':
      // Not everybody locks: a copy that is still being written, QEMU with locking=off, VirtualBox.
      return role === 'writer' ? await strangerOf(file.identity, 'writing') : undefined
    case 'unsupported':
      if (holdWholeFile(file.fd, role) === 'refused') return { mode: 'writing' }
      // QEMU cannot tell us here that it reads an image either, such as the base of a running overlay.
      return await strangerOf(file.identity, role === 'writer' ? 'any' : 'writing')
    default:
      return unreachable(outcome)
  }
}

/**
 * Somebody else who has the file open although we hold it. Looked for several times: another one who
 * tries to hold it has it open for moments too, and must not make the one who holds it give way.
 */
async function strangerOf(
  identity: FileIdentity,
  mode: 'writing' | 'any',
): Promise<Conflict | undefined> {
  for (let attempt = 1; findOthers(identity, mode).length > 0; attempt++) {
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
