import { readFile, stat } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { makePattern } from '../../../../core/operations/pattern-make.ts'
import { verifyPattern } from '../../../../core/operations/pattern-verify.ts'
import type { PatternOptions } from '../../../../core/operations/pattern-options.ts'
import { qemuCheck, qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

let folder: TempFolder
beforeAll(async () => {
  folder = await tempFolder('pattern')
})
afterAll(() => folder[Symbol.asyncDispose]())

const MiB = 1024 * 1024
const make = (name: string, options: Parameters<typeof makePattern>[2]) =>
  makePattern(nodeHost, folder.file(name), options)
const verify = (name: string, pattern: PatternOptions, more = {}) =>
  verifyPattern(nodeHost, folder.file(name), pattern, more)
const asRaw = async (name: string): Promise<Buffer> => {
  await qemuImg('convert', '-O', 'raw', folder.file(name), folder.file(`${name}.bytes`))
  return readFile(folder.file(`${name}.bytes`))
}

const patterns: readonly (readonly [string, PatternOptions & { compress?: 'zlib' | 'zstd' }])[] = [
  ['1', { kind: '1' }],
  ['2', { kind: '2' }],
  ['random', { kind: 'random', seed: 5 }],
  ['random with small clusters', { kind: 'random', seed: 6, clusterSize: 4096, fill: 80 }],
  ['random packed by zlib', { kind: 'random', seed: 7, compress: 'zlib' }],
  ['random packed by zstd', { kind: 'random', seed: 8, compress: 'zstd' }],
  ['random with nothing', { kind: 'random', fill: 0 }],
  ['random and full', { kind: 'random', fill: 100 }],
]

describe('a pattern', () => {
  // No whole number of clusters, and a size that is rounded up.
  it.each(patterns)('%s is a clean image that QEMU and we read alike', async (label, pattern) => {
    const name = `${label}.qcow2`
    const made = await make(name, { ...pattern, size: 6 * MiB + 70_000 })
    expect(made.virtualSize).toBe(6 * MiB + 70_144)
    const check = await qemuCheck(folder.file(name))
    expect(check.result).toMatchObject({ 'check-errors': 0 })
    expect([check.result?.corruptions, check.result?.leaks]).toEqual([undefined, undefined])
    expect(await verify(name, pattern, { size: 6 * MiB + 70_000 })).toMatchObject({
      difference: undefined,
    })
    await asRaw(name)
    expect(await verify(`${name}.bytes`, pattern, { format: 'raw' })).toMatchObject({
      virtualSize: made.virtualSize,
      difference: undefined,
    })
  })

  it.each(['1', '2', 'random'] as const)('%s is the same disk in a raw file', async (kind) => {
    await make(`same-${kind}.qcow2`, { kind, size: 3 * MiB })
    const raw = await make(`same-${kind}.raw`, { kind, size: 3 * MiB, format: 'raw' })
    expect(
      (await asRaw(`same-${kind}.qcow2`)).equals(await readFile(folder.file(`same-${kind}.raw`))),
    ).toBe(true)
    expect((await stat(folder.file(`same-${kind}.raw`))).size).toBe(3 * MiB)
    expect(raw.allocatedBytes).toBeLessThan(2.5 * MiB)
  })

  it('1 stores one numbered sector in every other cluster', async () => {
    const made = await make('one.qcow2', { kind: '1', size: MiB })
    expect(made.writtenBytes).toBe(8 * 512)
    const bytes = await asRaw('one.qcow2')
    for (let sector = 0; sector < MiB / 512; sector++) {
      const here = bytes.subarray(sector * 512, sector * 512 + 512)
      const expected = Buffer.alloc(512)
      if (sector % 256 === 0)
        for (let at = 0; at < 512; at += 8) expected.writeBigUInt64BE(BigInt(sector), at)
      expect(here.equals(expected), `sector ${sector}`).toBe(true)
    }
  })

  it('2 holds numbers in odd clusters, and a free cluster for each even one', async () => {
    const made = await make('two.qcow2', { kind: '2', size: 2 * MiB })
    expect(made.fileLength).toBeGreaterThan(2 * MiB)
    const bytes = await asRaw('two.qcow2')
    for (let sector = 0; sector < 4096; sector++) {
      const isKept = Math.floor(sector / 128) % 2 === 1
      expect(bytes.readBigUInt64BE(sector * 512)).toBe(isKept ? BigInt(sector) : 0n)
    }
    const { result } = await qemuCheck(folder.file('two.qcow2'))
    expect(result).toMatchObject({ 'allocated-clusters': 16, 'total-clusters': 32 })
  })

  it('of another seed is another disk', async () => {
    await make('seed.qcow2', { kind: 'random', size: MiB, seed: 1 })
    const { difference } = await verify('seed.qcow2', { kind: 'random', seed: 2 })
    expect(difference).toBeDefined()
    expect(difference?.expected).not.toBe(difference?.found)
  })

  it('is filled about as far as it was asked to be', async () => {
    for (const fill of [10, 60, 90]) {
      await make(`fill-${fill}.raw`, {
        kind: 'random',
        size: 32 * MiB,
        fill,
        format: 'raw',
        seed: fill,
      })
      const bytes = await readFile(folder.file(`fill-${fill}.raw`))
      let data = 0
      for (let at = 0; at < bytes.length; at += 512)
        if (bytes.readBigUInt64BE(at) !== 0n) data += 512
      expect(Math.abs((100 * data) / bytes.length - fill)).toBeLessThan(15)
    }
  })

  it('tells the first byte that is different, and what it should be', async () => {
    await make('hurt.qcow2', { kind: '2', size: 2 * MiB })
    await qemuIo(folder.file('hurt.qcow2'), 'write -P 0xab 1900547 1', 'write -P 1 2031616 512')
    expect(await verify('hurt.qcow2', { kind: '2' })).toMatchObject({
      difference: {
        at: 1_900_547,
        expected: '0000000e80000000',
        found: expect.stringMatching(/^ab/),
      },
    })
  })

  it('has to read as zeroes where it was discarded, and where the disk grew since', async () => {
    await make('grown.qcow2', { kind: '2', size: MiB })
    await qemuImg('resize', '-q', folder.file('grown.qcow2'), '1T')
    expect(await verify('grown.qcow2', { kind: '2' }, { size: MiB })).toMatchObject({
      difference: undefined,
    })
    await qemuIo(folder.file('grown.qcow2'), 'write -P 9 512G 1')
    expect(await verify('grown.qcow2', { kind: '2' }, { size: MiB })).toMatchObject({
      difference: { at: 512 * 1024 ** 3, expected: '0000000000000000', found: '0900000000000000' },
    })
  })

  it('is not looked for in a disk that is too short', async () => {
    await make('short.qcow2', { kind: '1', size: MiB })
    await expect(verify('short.qcow2', { kind: '1' }, { size: 2 * MiB })).rejects.toMatchObject({
      reason: 'out-of-range',
      context: { found: 2 * MiB, limit: MiB },
    })
  })
})

describe('making a pattern', () => {
  it('never replaces a file unless told, and then as a whole', async () => {
    await make('there.raw', { kind: '1', size: MiB, format: 'raw' })
    const again = { kind: '2', size: MiB } as const
    await expect(make('there.raw', again)).rejects.toMatchObject({ reason: 'output-exists' })
    expect(await verify('there.raw', { kind: '1' }, { format: 'raw' })).toMatchObject({
      difference: undefined,
    })
    await make('there.raw', { ...again, overwrite: true })
    expect(await verify('there.raw', { kind: '2' })).toMatchObject({ difference: undefined })
  })

  it('leaves no file when it is cancelled', async () => {
    const stopper = new AbortController()
    const making = make('cancelled.qcow2', {
      kind: '2',
      size: 64 * MiB,
      signal: stopper.signal,
      onProgress: ({ done }) => done > 20 * MiB && stopper.abort(),
    })
    await expect(making).rejects.toMatchObject({ kind: 'cancelled' })
    await expect(stat(folder.file('cancelled.qcow2'))).rejects.toThrow('ENOENT')
  })

  it.each([
    ['a cluster size that is none', { kind: '1', clusterSize: 1000 }, 'option-invalid'],
    ['a seed that is none', { kind: 'random', seed: -1 }, 'invalid-argument'],
    ['more than all', { kind: 'random', fill: 101 }, 'invalid-argument'],
    ['packed raw data', { kind: 'random', format: 'raw', compress: 'zlib' }, 'options-conflict'],
  ] as const)('refuses %s before there is a file', async (_, options, reason) => {
    await expect(make('refused', { size: MiB, ...options })).rejects.toMatchObject({ reason })
    await expect(stat(folder.file('refused'))).rejects.toThrow('ENOENT')
  })
})
