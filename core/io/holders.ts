import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import type { ImageHolder } from '../operations/image-info.ts'
import type { FileIdentity } from '../storage/block-file.ts'

/**
 * Who has a file open, from Linux's /proc: the locks themselves do not say (an open-file-description
 * lock has no owner process). Processes of other users hide their descriptors from us; they are simply
 * missing in the answer.
 */
export function findHolders(
  identity: FileIdentity,
  mode: 'writing' | 'any',
): readonly ImageHolder[] {
  const holders: ImageHolder[] = []
  for (const pid of processIds()) {
    if (pid !== process.pid && hasOpen(pid, identity, mode)) holders.push(describe(pid))
  }
  return holders
}

function processIds(): number[] {
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function hasOpen(pid: number, identity: FileIdentity, mode: 'writing' | 'any'): boolean {
  return namesIn(`/proc/${pid}/fd`).some(
    (fd) =>
      refersTo(`/proc/${pid}/fd/${fd}`, identity) && (mode === 'any' || isForWriting(pid, fd)),
  )
}

function refersTo(descriptor: string, identity: FileIdentity): boolean {
  // Sockets, pipes and anonymous files have no path; most descriptors of a machine are of that kind,
  // and reading the link is cheaper than asking for the file's numbers.
  const target = orUndefined(() => readlinkSync(descriptor))
  if (target === undefined || !target.startsWith('/')) return false
  const stats = orUndefined(() => statSync(descriptor, { bigint: true }))
  return stats !== undefined && stats.ino === identity.inode && stats.dev === identity.device
}

/** The access mode in proc(5)'s `flags:` line, an octal number: 0 reads, 1 writes, 2 does both. */
function isForWriting(pid: number, fd: string): boolean {
  const info = orUndefined(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'))
  const lastDigit = info?.match(/^flags:\s*[0-7]*([0-7])$/m)?.[1]
  return lastDigit !== undefined && Number(lastDigit) % 4 !== 0
}

function describe(pid: number): ImageHolder {
  const name = orUndefined(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd())
  const commandLine = orUndefined(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? ''
  const words = commandLine.split('\0')
  return { pid, name: fullName(name, words[0]) ?? `process ${pid}`, vm: vmNameIn(words) }
}

/** The kernel cuts `comm` at 15 bytes; the command's own name is whole when it starts the same way. */
function fullName(comm: string | undefined, command: string | undefined): string | undefined {
  const base = command?.split('/').at(-1)
  return comm !== undefined && base?.startsWith(comm) === true ? base : comm
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
