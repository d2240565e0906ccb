import { loadLinuxLibrary, systemError, type LinuxLibrary } from './linux-library.ts'

/** Extended attributes of open files (xattr(7)): access control lists, labels, what people attach. */
export interface ExtendedAttributes {
  /** Names; empty where the file system has none. */
  list(fd: number): readonly string[]
  get(fd: number, name: string): Uint8Array
  /** Failures are thrown as Node throws those of `node:fs`. */
  set(fd: number, name: string, value: Uint8Array): void
  remove(fd: number, name: string): void
}

// Values of the Linux system interface, the same on x86-64 and arm64.
const ERANGE = 34
const EOPNOTSUPP = 95
/** Names of one file, and one value, at most (linux/limits.h). */
const MAX_BYTES = 64 * 1024

let calls: ExtendedAttributes | undefined | 'not-asked' = 'not-asked'

/** undefined where they are not known: on other platforms, or where the binding does not load. */
export function extendedAttributes(): ExtendedAttributes | undefined {
  if (calls === 'not-asked') calls = bind()
  return calls
}

function bind(): ExtendedAttributes | undefined {
  try {
    const library = loadLinuxLibrary()
    return library && bindLinux(library)
  } catch {
    return undefined
  }
}

function bindLinux({ libc, errno }: LinuxLibrary): ExtendedAttributes {
  // The typed answers of these C functions; koffi itself declares them as `any`.
  const flistxattr = libc.func('int64_t flistxattr(int, void *, size_t)') as (
    fd: number,
    list: Uint8Array,
    size: number,
  ) => number
  const fgetxattr = libc.func('int64_t fgetxattr(int, const char *, void *, size_t)') as (
    fd: number,
    name: string,
    value: Uint8Array,
    size: number,
  ) => number
  const fsetxattr = libc.func('int fsetxattr(int, const char *, const void *, size_t, int)') as (
    fd: number,
    name: string,
    value: Uint8Array,
    size: number,
    flags: number,
  ) => number
  const fremovexattr = libc.func('int fremovexattr(int, const char *)') as (
    fd: number,
    name: string,
  ) => number

  const answered = (result: number, syscall: string): number => {
    if (result >= 0) return result
    throw systemError(errno(), syscall)
  }

  return {
    list(fd) {
      const names = Buffer.alloc(MAX_BYTES)
      const length = flistxattr(fd, names, names.length)
      // ERANGE: more than the system lets one file have.
      if (length < 0 && [EOPNOTSUPP, ERANGE].includes(errno())) return []
      const text = names.toString('utf8', 0, answered(length, 'flistxattr'))
      return text.split('\0').filter((name) => name !== '')
    },
    get(fd, name) {
      const value = new Uint8Array(MAX_BYTES)
      return value.slice(0, answered(fgetxattr(fd, name, value, value.length), 'fgetxattr'))
    },
    set(fd, name, value) {
      answered(fsetxattr(fd, name, value, value.length, 0), 'fsetxattr')
    },
    remove(fd, name) {
      answered(fremovexattr(fd, name), 'fremovexattr')
    },
  }
}
