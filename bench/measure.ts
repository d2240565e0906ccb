import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { BenchCommand, BenchWork, InProcess, InProcessPair } from './bench-case.ts'
import { diskWork, type DiskWork } from './disk-work.ts'
import { describe, wordsOf } from './words.ts'

/** One run of one command. */
export interface Run {
  readonly seconds: number
  /** Largest resident set of any process of the command, KiB; undefined without GNU time. */
  readonly peakKiB: number | undefined
}

/** Work that does not jitter: bytes through system calls, and how many of those; start-up included. */
export interface IoWork {
  readonly bytesRead: number
  readonly bytesWritten: number
  /** That read or wrote. */
  readonly calls: number
}

export interface Measurement {
  readonly ours: readonly Run[]
  /** Empty where there is no peer. */
  readonly peer: readonly Run[]
  readonly ourWork: IoWork | undefined
  readonly peerWork: IoWork | undefined
  /** Only of what asks for it: `Comparison.measuresDisk`. */
  readonly ourDisk?: DiskWork | undefined
  readonly peerDisk?: DiskWork | undefined
}

/** A and B in turn, so that what else the machine does meets both alike. The first pair only warms up. */
export async function measure(
  work: BenchWork,
  { pairs, folder }: { readonly pairs: number; readonly folder: string },
): Promise<Measurement> {
  if (work.kind === 'in-process') return measureHere(work, pairs)
  if (work.kind === 'in-process-pair') return measurePairsHere(work, pairs)
  const { ours, peer, before, measuresDisk = false } = work
  await before?.('ours')
  const ourWork = await ioWork(ours)
  await before?.('peer')
  const peerWork = await ioWork(peer)
  const disk: { ourDisk?: DiskWork | undefined; peerDisk?: DiskWork | undefined } = {}
  if (measuresDisk) {
    await before?.('ours')
    disk.ourDisk = await diskWork(ours, folder)
    await before?.('peer')
    disk.peerDisk = await diskWork(peer, folder)
  }
  const runs: { ours: Run[]; peer: Run[] } = { ours: [], peer: [] }
  for (let pair = 0; pair < pairs; pair++) {
    await before?.('ours')
    runs.ours.push(await timed(ours, folder))
    await before?.('peer')
    runs.peer.push(await timed(peer, folder))
  }
  return { ...runs, ourWork, peerWork, ...disk }
}

async function measureHere({ seconds }: InProcess, times: number): Promise<Measurement> {
  await seconds()
  const ours: Run[] = []
  for (let time = 0; time < times; time++) {
    ours.push({ seconds: await seconds(), peakKiB: undefined })
  }
  return { ours, peer: [], ourWork: undefined, peerWork: undefined }
}

async function measurePairsHere({ pair }: InProcessPair, pairs: number): Promise<Measurement> {
  await pair()
  const runs: { ours: Run[]; peer: Run[] } = { ours: [], peer: [] }
  for (let count = 0; count < pairs; count++) {
    const { ours, peer } = await pair()
    runs.ours.push({ seconds: ours, peakKiB: undefined })
    runs.peer.push({ seconds: peer, peakKiB: undefined })
  }
  return { ...runs, ourWork: undefined, peerWork: undefined }
}

const gnuTime = '/usr/bin/time'

async function timed(command: BenchCommand, folder: string): Promise<Run> {
  const words = wordsOf(command)
  const peakFile = path.join(folder, 'peak.txt')
  const measuresMemory = existsSync(gnuTime)
  const wrapped = measuresMemory ? [gnuTime, '-f', '%M', '-o', peakFile, ...words] : words
  const from = performance.now()
  await succeed(wrapped, command)
  const seconds = (performance.now() - from) / 1000
  if (!measuresMemory) return { seconds, peakKiB: undefined }
  const peakKiB = Number(await readFile(peakFile, 'utf8'))
  await rm(peakFile)
  return { seconds, peakKiB }
}

async function succeed(words: readonly string[], command: BenchCommand): Promise<void> {
  const [first = '', ...rest] = words
  const child = spawn(first, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (piece: Buffer) => {
    said += piece.toString('utf8')
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${describe(command)} ended with ${String(code)}: ${said.trim()}`)
}

/**
 * The kernel adds a child's counters to its parent's when the parent has waited for it, so a shell's
 * own /proc entry holds them after the command ended (Linux; elsewhere there is no such file).
 */
async function ioWork(command: BenchCommand): Promise<IoWork | undefined> {
  if (process.platform !== 'linux') return undefined
  const script = '"$@" >/dev/null || exit; cat /proc/$$/io'
  const child = spawn('sh', ['-c', script, 'sh', ...wordsOf(command)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (piece: Buffer) => {
    text += piece.toString('utf8')
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${describe(command)} ended with ${String(code)}`)
  const counter = (name: string): number =>
    Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1])
  return {
    bytesRead: counter('rchar'),
    bytesWritten: counter('wchar'),
    calls: counter('syscr') + counter('syscw'),
  }
}
