import type { HostRun } from '../storage/block-file.ts'
import { loadLinuxLibrary, systemError, type LinuxLibrary } from './linux-library.ts'

/** What Node cannot ask or tell the system about an open file. */
export interface HostCalls {
  /** The stored run or the hole that byte `at` lies in; undefined where the file system does not tell. */
  runAt(fd: number, at: number, fileLength: number): HostRun | undefined
  /**
   * Whether somebody else holds a lock on byte `at` of the file (any lock: the question is asked as if
   * for an exclusive one, which no other lock allows). Takes no lock. Undefined where that is not told.
   */
  isByteLocked(fd: number, at: number): boolean | undefined
  /**
   * Takes a shared lock on byte `at` for the open file, without waiting; gone when the file is closed.
   * `refused` when somebody has an exclusive lock on it; other failures are thrown as by `punchHole`.
   */
  lockByte(fd: number, at: number): LockAnswer
  /** As `lockByte`, for the whole file at once (flock(2)); byte locks do not notice it. */
  lockFile(fd: number, mode: 'shared' | 'exclusive'): LockAnswer
  /**
   * Makes the range a hole; the file keeps its length. False where the file system has no such call;
   * other failures are thrown as Node throws those of `node:fs`.
   */
  punchHole(fd: number, at: number, length: number): boolean
  /** Reserves space for the range; the file grows to hold it. Answers and throws as `punchHole`. */
  allocate(fd: number, at: number, length: number): boolean
  /**
   * Renames a file in one step, and only when nothing has the new name (EEXIST otherwise). False where the
   * file system or the C library does not know it; other failures are thrown as by `punchHole`.
   */
  renameUnlessTaken(from: string, to: string): boolean
}

/** `unsupported`: the file system has no such locks. */
export type LockAnswer = 'locked' | 'refused' | 'unsupported'

// Values of the Linux system interface, the same on x86-64 and arm64 (fcntl.h, unistd.h).
const SEEK_DATA = 3
const SEEK_HOLE = 4
const EINTR = 4
const ENXIO = 6
const EAGAIN = 11
const EACCES = 13
const EINVAL = 22
const ENOSYS = 38
const EOPNOTSUPP = 95
const LOCK_SH = 1
const LOCK_EX = 2
const LOCK_NB = 4
const FALLOC_FL_KEEP_SIZE = 1
const FALLOC_FL_PUNCH_HOLE = 2
const F_OFD_GETLK = 36
const F_OFD_SETLK = 37
const F_RDLCK = 0
const F_WRLCK = 1
const F_UNLCK = 2
const AT_FDCWD = -100
const RENAME_NOREPLACE = 1

let calls: HostCalls | undefined | 'not-asked' = 'not-asked'

/**
 * The host's calls, bound at the first use so that starting up does not pay for them; undefined on
 * platforms where they are not known, or where the binding does not load.
 */
export function hostCalls(): HostCalls | undefined {
  if (calls === 'not-asked') calls = bind()
  return calls
}

function bind(): HostCalls | undefined {
  try {
    const library = loadLinuxLibrary()
    return library && bindLinux(library)
  } catch {
    // Without the binding everything still works: files count as stored throughout, use as unknown.
    return undefined
  }
}

function bindLinux({ libc, errno: lastErrno }: LinuxLibrary): HostCalls {
  // The typed answers of these C functions; koffi itself declares them as `any`.
  const lseek = libc.func('int64_t lseek(int, int64_t, int)') as (
    fd: number,
    offset: number,
    whence: number,
  ) => number
  const fcntl = libc.func('int fcntl(int, int, void *)') as (
    fd: number,
    command: number,
    argument: Uint8Array,
  ) => number
  const flock = libc.func('int flock(int, int)') as (fd: number, operation: number) => number
  const fallocate = libc.func('int fallocate(int, int, int64_t, int64_t)') as (
    fd: number,
    mode: number,
    offset: number,
    length: number,
  ) => number

  const renameat2 = orUndefined(
    () =>
      libc.func('int renameat2(int, const char *, int, const char *, unsigned int)') as (
        fromFolder: number,
        from: string,
        toFolder: number,
        to: string,
        flags: number,
      ) => number,
  )

  const runAt = (fd: number, at: number, fileLength: number): HostRun | undefined => {
    const data = lseek(fd, at, SEEK_DATA)
    if (data < 0) {
      // ENXIO: no data from here to the end of the file, which may have moved since it was measured.
      return lastErrno() === ENXIO ? { kind: 'hole', end: Math.max(fileLength, at + 1) } : undefined
    }
    if (data > at) return { kind: 'hole', end: data }
    const hole = lseek(fd, at, SEEK_HOLE)
    return hole > at ? { kind: 'data', end: hole } : undefined
  }

  const isByteLocked = (fd: number, at: number): boolean | undefined => {
    const lock = new FlockBuffer(F_WRLCK, at)
    if (fcntl(fd, F_OFD_GETLK, lock.bytes) !== 0) return undefined
    return lock.type !== F_UNLCK
  }

  const lockAnswer = (result: number, syscall: string): LockAnswer => {
    if (result === 0) return 'locked'
    const errno = lastErrno()
    if (errno === EAGAIN || errno === EACCES) return 'refused'
    // EINVAL: a kernel or a file system that does not know the command.
    if ([EINVAL, ENOSYS, EOPNOTSUPP].includes(errno)) return 'unsupported'
    throw systemError(errno, syscall)
  }

  const changeSpace = (fd: number, mode: number, at: number, length: number): boolean => {
    let errno = 0
    do {
      errno = fallocate(fd, mode, at, length) === 0 ? 0 : lastErrno()
    } while (errno === EINTR)
    if (errno === EOPNOTSUPP || errno === ENOSYS) return false
    if (errno !== 0) throw systemError(errno, 'fallocate')
    return true
  }

  const renameUnlessTaken = (from: string, to: string): boolean => {
    if (renameat2?.(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) === 0) return true
    const errno = renameat2 === undefined ? ENOSYS : lastErrno()
    // EINVAL: a file system that does not know the flag, such as NFS.
    if ([EINVAL, ENOSYS, EOPNOTSUPP].includes(errno)) return false
    throw systemError(errno, 'renameat2')
  }

  return {
    runAt,
    isByteLocked,
    renameUnlessTaken,
    lockByte: (fd, at) =>
      lockAnswer(fcntl(fd, F_OFD_SETLK, new FlockBuffer(F_RDLCK, at).bytes), 'fcntl'),
    lockFile: (fd, mode) =>
      lockAnswer(flock(fd, LOCK_NB | (mode === 'shared' ? LOCK_SH : LOCK_EX)), 'flock'),
    punchHole: (fd, at, length) =>
      changeSpace(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, length),
    allocate: (fd, at, length) => changeSpace(fd, 0, at, length),
  }
}

/** A C library that is older than one of its functions still has the others. */
function orUndefined<Value>(bindOne: () => Value): Value | undefined {
  try {
    return bindOne()
  } catch {
    return undefined
  }
}

/**
 * `struct flock` as 64-bit Linux lays it out:
 *
 *     0 l_type (16)   2 l_whence (16)   8 l_start (64)   16 l_len (64)   24 l_pid (32)
 *
 * l_whence 0 is SEEK_SET, and l_pid must be 0 for the open-file-description commands.
 */
class FlockBuffer {
  readonly bytes = new Uint8Array(32)
  readonly #view = new DataView(this.bytes.buffer)

  constructor(type: number, start: number) {
    this.#view.setInt16(0, type, true)
    this.#view.setBigInt64(8, BigInt(start), true)
    this.#view.setBigInt64(16, 1n, true)
  }

  get type(): number {
    return this.#view.getInt16(0, true)
  }
}
