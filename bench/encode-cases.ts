import { execFile } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { shell, type BenchCase, type Target } from './bench-case.ts'
import { platter } from './platter.ts'
import { textDisk } from './text-disk.ts'

const run = promisify(execFile)

const MIB = 1024 ** 2
const GIB = 1024 * MIB

interface EncodeWork {
  readonly name: string
  readonly target: Target
  readonly compression?: 'zlib' | 'zstd'
  readonly disk: (file: string, isQuick: boolean) => Promise<void>
}

/** The peer ends with a flush, as ours does. */
const caseOf = ({ name, target, compression, disk }: EncodeWork): BenchCase => ({
  name: `encode-${name}`,
  target,
  memoryLimitMiB: 256,
  prepare: async (folder, { isQuick }) => {
    const raw = path.join(folder, 'disk.raw')
    const ours = path.join(folder, 'ours.qcow2')
    const theirs = path.join(folder, 'theirs.qcow2')
    await disk(raw, isQuick)
    const packed = compression === undefined ? [] : ['--compress', compression]
    const theirPacked = compression === undefined ? '' : `-c -o compression_type=${compression}`
    return {
      kind: 'comparison',
      ours: platter('encode', '--no-history', '--quiet', ...packed, raw, ours),
      peer: shell(
        `qemu-img convert -f raw -O qcow2 -t writeback ${theirPacked} '${raw}' '${theirs}'`,
      ),
      peerName: compression === undefined ? 'qemu-img convert' : 'qemu-img convert -c',
      measuresDisk: true,
      before: async () => {
        for (const file of [ours, theirs]) await rm(file, { force: true })
        // What others left unwritten would be written at the first flush, inside the time.
        await run('sync', ['-f', folder])
      },
    }
  },
})

/** Noise in stretches of `data` bytes, each followed by `gap` bytes that are a hole, or zeroes that are stored. */
async function patchyDisk(
  file: string,
  {
    length,
    data,
    gap,
    isStored = false,
  }: {
    readonly length: number
    readonly data: number
    readonly gap: number
    readonly isStored?: boolean
  },
): Promise<void> {
  await using handle = await open(file, 'w')
  await handle.truncate(length)
  const noise = randomFillSync(Buffer.alloc(data))
  const zeroes = Buffer.alloc(isStored ? gap : 0)
  for (let at = 0; at < length; at += data + gap) {
    await handle.write(noise, 0, Math.min(data, length - at), at)
    if (at + data + gap <= length) await handle.write(zeroes, 0, zeroes.length, at + data)
  }
}

const works: readonly EncodeWork[] = [
  {
    name: 'full',
    target: { kind: 'ratio', atMost: 1 },
    disk: (file, isQuick) =>
      patchyDisk(file, { length: (isQuick ? 0.25 : 2) * GIB, data: MIB, gap: 0 }),
  },
  {
    name: 'half-zeroes',
    target: { kind: 'ratio', atMost: 1 },
    disk: (file, isQuick) =>
      patchyDisk(file, {
        length: (isQuick ? 0.25 : 2) * GIB,
        data: 256 * 1024,
        gap: 256 * 1024,
        isStored: true,
      }),
  },
  {
    name: 'sparse-1t',
    target: { kind: 'ratio', atMost: 0.5 },
    disk: (file, isQuick) =>
      patchyDisk(file, {
        length: (isQuick ? 64 : 1024) * GIB,
        data: 64 * 1024,
        gap: 64 * MIB - 64 * 1024,
      }),
  },
  {
    name: 'zlib',
    target: { kind: 'ratio', atMost: 1 },
    compression: 'zlib',
    disk: (file, isQuick) => textDisk(file, (isQuick ? 64 : 512) * MIB),
  },
  {
    name: 'zstd',
    target: { kind: 'ratio', atMost: 1 },
    compression: 'zstd',
    disk: (file, isQuick) => textDisk(file, (isQuick ? 64 : 512) * MIB),
  },
]

/** Raw disks that become images. */
export const encodeCases: readonly BenchCase[] = works.map(caseOf)
