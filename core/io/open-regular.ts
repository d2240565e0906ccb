import { closeSync, constants, fstatSync, openSync, statSync, type BigIntStats } from 'node:fs'
import { ImageError } from '../errors/image-error.ts'
import type { FileIdentity } from '../storage/block-file.ts'

/** An open descriptor of a regular file. */
export interface OpenedFile {
  /** The path it was opened by. */
  readonly name: string
  readonly fd: number
  readonly identity: FileIdentity
}

/**
 * Never waiting for somebody at the other end: without O_NONBLOCK, opening a FIFO that nobody writes to
 * hangs for ever. Neither flag exists on Windows.
 */
const neverWait = (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)

/** The usual rights of a new file; the person's umask takes away what they do not want to give. */
const newFileMode = 0o666

/**
 * Opens a regular file with the flags of open(2). Throws `file-is-folder`, `file-not-regular`,
 * `invalid-argument` (a name that holds a NUL), or the system's own error: what that means depends on
 * what the file was opened for.
 */
export function openRegular(path: string, flags: number): OpenedFile {
  assertPossible(path)
  // Asked before opening as well: opening a device can rewind a tape or start a watchdog.
  assertRegular(statSync(path, { bigint: true }), path)
  return openedFile(path, openSync(path, flags | neverWait))
}

/** Makes a regular file that was not there before, open for reading and writing. Throws as above. */
export function makeRegular(
  path: string,
  extraFlags: number,
  mode: number = newFileMode,
): OpenedFile {
  assertPossible(path)
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | extraFlags
  return openedFile(path, openSync(path, flags | neverWait, mode))
}

/** Whether the path that a file was opened by leads to that file still, as far as the system tells. */
export function isNamed({ name, identity }: Pick<OpenedFile, 'name' | 'identity'>): boolean {
  try {
    const stats = statSync(name, { bigint: true })
    return stats.ino === identity.inode && stats.dev === identity.device
  } catch {
    // Removed, or no longer to be reached: in either case nobody would find what is written to it.
    return false
  }
}

function openedFile(path: string, fd: number): OpenedFile {
  try {
    const stats = fstatSync(fd, { bigint: true })
    assertRegular(stats, path)
    return { name: path, fd, identity: { device: stats.dev, inode: stats.ino } }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function assertPossible(path: string): void {
  if (path !== '' && !path.includes('\0')) return
  throw new ImageError('invalid-argument', {
    field: 'The file name',
    expected: 'a path',
    found: path === '' ? 'an empty name' : 'a name with a NUL character',
  })
}

function assertRegular(stats: BigIntStats, path: string): void {
  if (stats.isFile()) return
  if (stats.isDirectory()) throw new ImageError('file-is-folder', { path })
  throw new ImageError('file-not-regular', { path, found: kindOf(stats) })
}

function kindOf(stats: BigIntStats): string {
  if (stats.isBlockDevice()) return 'block device'
  if (stats.isCharacterDevice()) return 'character device'
  if (stats.isFIFO()) return 'named pipe'
  if (stats.isSocket()) return 'socket'
  return 'special file'
}
