import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { BenchCommand } from './bench-case.ts'
import { describe, wordsOf } from './words.ts'

/** What a command asks of a disk beyond bytes. */
export interface DiskWork {
  /** Calls that make something durable (fsync, fdatasync, sync_file_range); undefined without strace. */
  readonly flushes: number | undefined
  /** The most that the folder took on the disk while the command ran, beyond what it took before. */
  readonly peakExtraBytes: number
}

const strace = '/usr/bin/strace'
/** Between two looks at the folder. */
const LOOK_MS = 10

/** A run of its own: being traced slows down. */
export async function diskWork(command: BenchCommand, folder: string): Promise<DiskWork> {
  const log = path.join(folder, 'strace.txt')
  const traces = await isThere(strace)
  const tracer = [strace, '-f', '--seccomp-bpf', '-qq', '-o', log]
  const calls = ['-e', 'trace=fsync,fdatasync,sync_file_range', '-e', 'signal=none']
  const words = traces ? [...tracer, ...calls, '--', ...wordsOf(command)] : wordsOf(command)
  const before = await allocatedBytes(folder)
  const [first = '', ...rest] = words
  const child = spawn(first, rest, { stdio: ['ignore', 'ignore', 'inherit'] })
  const closed = once(child, 'close')
  let most = before
  for (let runs = true; runs;) {
    most = Math.max(most, await allocatedBytes(folder))
    runs = await Promise.race([delay(LOOK_MS, true), closed.then(() => false)])
  }
  const [code] = await closed
  if (code !== 0) throw new Error(`${describe(command)} ended with ${String(code)}`)
  return { flushes: traces ? await linesOf(log) : undefined, peakExtraBytes: most - before }
}

/** Each call is a line; one that was interrupted by another thread's is two, the second "resumed". */
async function linesOf(log: string): Promise<number> {
  const lines = (await readFile(log, 'utf8')).split('\n')
  await rm(log)
  return lines.filter((line) => line !== '' && !line.includes('resumed>')).length
}

async function allocatedBytes(folder: string): Promise<number> {
  let sum = 0
  for (const name of await readdir(folder)) {
    // A file may go between the two calls.
    const blocks = await stat(path.join(folder, name)).then(
      (found) => found.blocks,
      () => 0,
    )
    sum += blocks * 512
  }
  return sum
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )
