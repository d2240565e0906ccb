/**
 * Ctrl-C in the middle of every verb that takes its time: the code says so, images stay valid, files that
 * were being made are gone, and a sentence says which. The disks below hold more than any of them could do
 * before the signal comes; what comes out of a pipe that nobody fills, or that nobody empties, waits for it.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readdir, truncate } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createQcow2, qemuCheck, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { entry, entryEnvironment } from './run-platter.ts'

const MIB = 1024 ** 2
const GIB = 1024 * MIB

let folder: TempFolder
const file = (name: string): string => folder.file(name)

beforeAll(async () => {
  folder = await tempFolder('cli-stopping')
  await makeEndless(file('endless.qcow2'))
  await qemuImg('create', '-q', '-f', 'raw', file('hole.raw'), '1M')
  await truncate(file('hole.raw'), 4096 * GIB)
  await createQcow2(file('plain.qcow2'), '64G')
  await qemuIo(file('plain.qcow2'), 'write -P 5 0 1M')
  await qemuImg(
    'create',
    '-q',
    '-f',
    'qcow2',
    '-o',
    'preallocation=metadata',
    file('tables.qcow2'),
    // So many that a check goes on for a while after it first said how far it is.
    '1T',
  )
}, 60_000)
afterAll(() => folder[Symbol.asyncDispose]())

/** 64 GiB of data in 2 MiB: every guest cluster is the same host cluster, which reading does not mind. */
async function makeEndless(image: string): Promise<void> {
  await createQcow2(image, '64G', 'cluster_size=2M')
  await qemuIo(image, 'write -P 0x5a 0 2M')
  await using handle = await open(image, 'r+')
  const word = async (at: number): Promise<bigint> => {
    const { buffer } = await handle.read(Buffer.alloc(8), 0, 8, at)
    return buffer.readBigUInt64BE()
  }
  const offsetOf = (entryWord: bigint): number => Number(entryWord & 0x00ff_ffff_ffff_fe00n)
  const l1 = Number(await word(40))
  const l2 = offsetOf(await word(l1))
  const same = await word(l2)
  const table = Buffer.alloc(((64 * GIB) / (2 * MIB)) * 8)
  for (let at = 0; at < table.length; at += 8) table.writeBigUInt64BE(same, at)
  await handle.write(table, 0, table.length, l2)
}

/** Every cluster of the first refcount block counts as free. */
async function forgetRefcounts(image: string): Promise<void> {
  await using handle = await open(image, 'r+')
  const word = async (at: number): Promise<number> => {
    const { buffer } = await handle.read(Buffer.alloc(8), 0, 8, at)
    return Number(buffer.readBigUInt64BE())
  }
  const block = await word(await word(48))
  await handle.write(Buffer.alloc(64 * 1024), 0, 64 * 1024, block)
}

interface Stop {
  /** Behind `platter`; no word of it has a space. */
  readonly line: string
  /** Its input: of this file's first MiB and nothing more, never ending. */
  readonly input?: string
  /** The signal comes when output has begun, instead of at the first progress. */
  readonly atOutput?: boolean
  readonly signal?: 'SIGINT' | 'SIGTERM'
}

async function stopped({ line, input, atOutput = false, signal = 'SIGINT' }: Stop) {
  const child = spawn(process.execPath, [entry, ...line.split(' '), '--progress-fd', '3'], {
    cwd: folder.path,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...entryEnvironment, PLATTER_DATA: file('data'), NO_COLOR: '1' },
  })
  const stop = (): void => {
    child.kill(signal)
  }
  const { stdin, stdout, stderr } = child
  // Whoever was stopped does not take the rest.
  stdin.on('error', () => undefined)
  if (input === undefined) stdin.end()
  else {
    await using source = await open(file(input))
    const { buffer } = await source.read(Buffer.alloc(MIB), 0, MIB, 0)
    stdin.write(buffer, () => stop())
  }
  const progress = child.stdio[3] as Readable
  if (atOutput) stdout.once('readable', stop)
  else stdout.resume()
  progress.once('data', () => {
    if (!atOutput && input === undefined) stop()
  })
  progress.resume()
  const said = text(stderr)
  const [code] = (await once(child, 'exit')) as [number | null]
  stdout.resume()
  stdin.destroy()
  return { exitCode: code, stderr: await said }
}

const leftovers = async (): Promise<string[]> =>
  (await readdir(folder.path)).filter((name) => name.includes('new.'))

describe('Ctrl-C while a file is made leaves none', { timeout: 60_000 }, () => {
  it.each<Stop>([
    { line: 'encode endless.qcow2 new.qcow2' },
    { line: 'encode --compress zstd endless.qcow2 new.qcow2' },
    { line: 'encode - new.qcow2', input: 'hole.raw' },
    { line: 'decode endless.qcow2 new.raw' },
    { line: 'stream-decode - new.raw', input: 'plain.qcow2' },
    { line: 'create --preallocation full --size 64G new.qcow2' },
    { line: 'pattern --pattern 2 --size 64G new.qcow2' },
    { line: 'dehydrate tables.qcow2 new.dehydrated' },
    { line: 'read --bytes 32G --to new.bin endless.qcow2' },
  ])('$line', async (stop) => {
    const { exitCode, stderr } = await stopped(stop)
    expect(exitCode).toBe(130)
    expect(await leftovers()).toEqual([])
    expect(stderr).toMatch(/new\.\w+/)
    expect(stderr).not.toMatch(/\n\s+at |undefined|NaN/)
  })
})

it('SIGTERM does the same', async () => {
  const { exitCode } = await stopped({ line: 'decode endless.qcow2 new.raw', signal: 'SIGTERM' })
  expect(exitCode).toBe(143)
  expect(await leftovers()).toEqual([])
})

describe('Ctrl-C while bytes go to a pipe ends at once', { timeout: 60_000 }, () => {
  it.each<Stop>([
    { line: 'decode endless.qcow2 -', atOutput: true },
    { line: 'encode endless.qcow2 -', atOutput: true },
    { line: 'read --bytes 32G endless.qcow2', atOutput: true },
    { line: 'stream-decode - -', input: 'plain.qcow2' },
  ])('$line', async (stop) => {
    const { exitCode } = await stopped(stop)
    expect(exitCode).toBe(130)
  })
})

describe('Ctrl-C while an image is only looked at ends at once', { timeout: 60_000 }, () => {
  it.each<Stop>([
    { line: 'sha endless.qcow2' },
    { line: 'mapped --ignore-zeroes endless.qcow2' },
    { line: 'check tables.qcow2' },
    { line: 'compact --dry-run endless.qcow2' },
  ])('$line', async (stop) => {
    const { exitCode, stderr } = await stopped(stop)
    expect(exitCode).toBe(130)
    expect(stderr).not.toMatch(/\n\s+at |undefined|NaN|was changed into/)
  })
})

describe('Ctrl-C while an image is changed leaves a valid one', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    // A copy would be all of the gigabytes long.
    for (const name of ['compacted', 'discarded', 'amended', 'miscounted']) {
      await createQcow2(file(`${name}.qcow2`), '128G', 'preallocation=metadata')
    }
    await forgetRefcounts(file('miscounted.qcow2'))
  }, 60_000)

  it.each<Stop>([
    { line: 'compact compacted.qcow2' },
    { line: 'discard discarded.qcow2' },
    { line: 'amend --refcount-bits 64 amended.qcow2' },
    { line: 'repair miscounted.qcow2' },
    { line: 'resize --preallocation full --size 128G plain.qcow2' },
    { line: 'write --from - --bytes 32G plain.qcow2', input: 'hole.raw' },
    { line: 'write --pattern 7 --bytes 32G plain.qcow2' },
  ])('$line', async (stop) => {
    const { exitCode, stderr } = await stopped(stop)
    expect(exitCode).toBe(130)
    const image = stop.line.split(' ').find((word) => word.endsWith('.qcow2')) ?? ''
    expect(stderr).toContain(image)
    const allowed = stop.line.startsWith('repair') ? [0, 2, 3] : [0, 3]
    expect(allowed).toContain((await qemuCheck(file(image))).exitCode)
  })
})
