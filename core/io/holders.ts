import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import type { ImageHolder } from '../operations/image-info.ts'
import type { FileIdentity } from '../storage/block-file.ts'

/** Looks at one descriptor: its `/proc/PID/fdinfo` text (proc(5)) and its number. */
type DescriptorTest = (fdinfo: string, fd: number) => boolean

/**
 * Who has a file open, from Linux's /proc: the locks themselves do not say (an open-file-description
 * lock has no owner process). We count ourselves where we hold the file, not where we merely look at it; a
 * lock of `asking`, our descriptor on whose behalf this is asked, is none that anybody could be told of.
 * Processes of other users hide their descriptors from us; they are simply missing in the answer.
 */
export const findHolders = (
  identity: FileIdentity,
  mode: 'writing' | 'any',
  asking?: number,
): readonly ImageHolder[] =>
  processesWith(identity, (pid) => {
    if (pid === process.pid) return (fdinfo, fd) => fd !== asking && hasLock(fdinfo)
    return mode === 'any' ? undefined : isForWriting
  })

/** As `findHolders`, without ourselves. */
export const findOthers = (
  identity: FileIdentity,
  mode: 'writing' | 'any',
): readonly ImageHolder[] => findHolders(identity, mode).filter(({ pid }) => pid !== process.pid)

/** Whose descriptors hold a lock on byte `at` of a file, our own included. As `findHolders`. */
export const findLockers = (identity: FileIdentity, at: number): readonly ImageHolder[] =>
  processesWith(identity, () => (fdinfo) => lockedRanges(fdinfo).some(covers(at)))

/** Processes with a descriptor of the file that passes the test for that process; undefined: any does. */
function processesWith(
  identity: FileIdentity,
  testFor: (pid: number) => DescriptorTest | undefined,
): readonly ImageHolder[] {
  return processIds()
    .filter((pid) => {
      const test = testFor(pid)
      return namesIn(`/proc/${pid}/fd`).some(
        (fd) =>
          refersTo(`/proc/${pid}/fd/${fd}`, identity) &&
          (test === undefined || test(fdinfoOf(pid, fd), Number(fd))),
      )
    })
    .map(describe)
}

function processIds(): number[] {
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function refersTo(descriptor: string, identity: FileIdentity): boolean {
  // Sockets, pipes and anonymous files have no path; most descriptors of a machine are of that kind,
  // and reading the link is cheaper than asking for the file's numbers.
  const target = orUndefined(() => readlinkSync(descriptor))
  if (target === undefined || !target.startsWith('/')) return false
  const stats = orUndefined(() => statSync(descriptor, { bigint: true }))
  return stats !== undefined && stats.ino === identity.inode && stats.dev === identity.device
}

const fdinfoOf = (pid: number, fd: string): string =>
  orUndefined(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1')) ?? ''

/** The access mode in the `flags:` line, an octal number: 0 reads, 1 writes, 2 does both. */
function isForWriting(fdinfo: string): boolean {
  const lastDigit = fdinfo.match(/^flags:\s*[0-7]*([0-7])$/m)?.[1]
  return lastDigit !== undefined && Number(lastDigit) % 4 !== 0
}

interface LockedRange {
  readonly first: number
  readonly last: number
}

/** The `lock:` lines, one a lock: `lock: 1: OFDLCK ADVISORY READ -1 fe:01:264 100 101`, or `0 EOF`. */
export function lockedRanges(fdinfo: string): readonly LockedRange[] {
  return Array.from(fdinfo.matchAll(/^lock:.*\s(\d+) (\d+|EOF)$/gm), ([, first, last]) => ({
    first: Number(first),
    last: last === 'EOF' ? Number.POSITIVE_INFINITY : Number(last),
  }))
}

const hasLock = (fdinfo: string): boolean => lockedRanges(fdinfo).length > 0

const covers =
  (at: number) =>
  ({ first, last }: LockedRange): boolean =>
    first <= at && at <= last

function describe(pid: number): ImageHolder {
  const name = orUndefined(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd())
  const commandLine = orUndefined(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? ''
  const words = commandLine.split('\0')
  return { pid, name: fullName(name, words[0]) ?? `process ${pid}`, vm: vmNameIn(words) }
}

/** Node calls its main thread so, and the kernel the process after its main thread. */
const threadOfNode = 'MainThread'

/** The kernel cuts `comm` at 15 bytes; the command's own name is whole when it starts the same way. */
function fullName(comm: string | undefined, command: string | undefined): string | undefined {
  const base = command?.split('/').at(-1)
  const isWhole = comm !== undefined && base?.startsWith(comm) === true
  return isWhole || (comm === threadOfNode && base !== '') ? base : comm
}

/**
 * The VM's name in a QEMU command line: `-name web01`, `-name web01,debug-threads=on` or, as libvirt
 * writes it, `-name guest=web01,debug-threads=on`. QEMU writes a comma inside a value as two.
 */
export function vmNameIn(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === '-name' || word === '--name')
  const value = at === -1 ? undefined : words[at + 1]
  if (value === undefined) return undefined
  const options = value.split(/(?<!,),(?!,)/).map((option) => option.replaceAll(',,', ','))
  const guest = options.find((option) => option.startsWith('guest='))?.slice('guest='.length)
  const plain = options[0]?.includes('=') === true ? undefined : options[0]
  return guest ?? plain
}

const namesIn = (folder: string): string[] => orUndefined(() => readdirSync(folder)) ?? []

/** /proc changes under our feet: what vanished or may not be seen is no fact, and no error either. */
function orUndefined<Value>(ask: () => Value): Value | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}
