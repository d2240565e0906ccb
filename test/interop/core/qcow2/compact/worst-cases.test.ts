import { stat, truncate } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { open } from '../../../../helpers/devices.ts'
import { noise } from '../../../../helpers/noise.ts'
import { qemuImg, qemuIo } from '../../../../helpers/qemu.ts'
import { seededRandom } from '../../../../helpers/random.ts'
import { tempFolder, type TempFolder } from '../../../../helpers/temp-folder.ts'
import { compact, compactAndExpect, planOf, zeroesOf } from './compacting.ts'

interface Wanted {
  readonly size: number
  readonly options?: string
}

async function made(folder: TempFolder, { size, options }: Wanted): Promise<string> {
  const path = folder.file('image.qcow2')
  const given = options === undefined ? [] : ['-o', options]
  await qemuImg('create', '-q', '-f', 'qcow2', ...given, path, String(size))
  return path
}

/** A disk full of different clusters. */
async function fill(path: string, size: number, clusterSize: number): Promise<void> {
  await using device = await open(path)
  const piece = noise(7, Math.min(size, 4 * 2 ** 20))
  for (let at = 0; at < size; at += piece.length) {
    for (let cluster = 0; cluster < piece.length; cluster += clusterSize) {
      piece.writeUInt32BE(1 + at / clusterSize, cluster)
    }
    await device.write(piece.subarray(0, Math.min(piece.length, size - at)), at)
  }
  await device.flush()
}

async function discardEveryOther(path: string, size: number, clusterSize: number): Promise<void> {
  await using device = await open(path)
  for (let at = 0; at < size; at += 2 * clusterSize) await device.discard(at, clusterSize)
  await device.flush()
}

describe('Every other cluster of a full disk discarded', () => {
  test.each([
    { clusterSize: 512, size: 2 ** 20, options: 'cluster_size=512' },
    { clusterSize: 512, size: 2 ** 20, options: 'cluster_size=512,refcount_bits=64' },
    { clusterSize: 4096, size: 16 * 2 ** 20, options: 'cluster_size=4k,compat=0.10' },
    { clusterSize: 65_536, size: 64 * 2 ** 20, options: 'cluster_size=64k' },
    { clusterSize: 65_536, size: 32 * 2 ** 20, options: 'extended_l2=on' },
    { clusterSize: 2 ** 21, size: 64 * 2 ** 20, options: 'cluster_size=2M' },
  ])('is gone from the file: $options', async ({ clusterSize, size, options }) => {
    await using folder = await tempFolder('compact')
    const path = await made(folder, { size, options })
    await fill(path, size, clusterSize)
    await discardEveryOther(path, size, clusterSize)
    const { outcome } = await compactAndExpect(path)
    expect(outcome.before - outcome.after).toBeGreaterThanOrEqual(size / 2)
    expect(outcome.moved.data).toBeGreaterThan(0)
  })
})

describe('A disk whose guest has discarded all of it', () => {
  test.each([0, 1, 2, 16_384])('takes no space for %i clusters', async (clusters) => {
    await using folder = await tempFolder('compact')
    const size = 64 * 2 ** 20
    const path = await made(folder, { size, options: 'cluster_size=4k' })
    const fresh = (await planOf(path)).fileLength
    await fill(path, clusters * 4096, 4096)
    await using device = await open(path)
    await device.discard(0, size)
    await device.close()
    const { outcome } = await compactAndExpect(path)
    // What QEMU reserves beyond the header (L1, refcounts) for a new image is all that is left.
    expect(outcome.after).toBeLessThanOrEqual(Math.ceil(fresh / 4096) * 4096)
  })
})

describe('An image with nothing to gain', () => {
  test('is not written to', async () => {
    await using folder = await tempFolder('compact')
    const path = await made(folder, { size: 8 * 2 ** 20 })
    await fill(path, 8 * 2 ** 20, 65_536)
    const trace: string[] = []
    const before = await stat(path, { bigint: true })
    const { outcome } = await compact(path, { zero: await zeroesOf(path) }, trace)
    expect({ outcome, trace }).toEqual({ outcome: 'nothing-to-do', trace: [] })
    expect((await stat(path, { bigint: true })).mtimeNs).toBe(before.mtimeNs)
  })

  test('is not written to for less than a cluster', async () => {
    await using folder = await tempFolder('compact')
    const path = await made(folder, { size: 8 * 2 ** 20 })
    await fill(path, 2 ** 20, 65_536)
    await truncate(path, (await stat(path)).size + 512)
    const trace: string[] = []
    expect((await compact(path, {}, trace)).outcome).toBe('nothing-to-do')
    expect(trace).toEqual([])
  })
})

test('One cluster too many is one cluster less', async () => {
  await using folder = await tempFolder('compact')
  const path = await made(folder, { size: 8 * 2 ** 20 })
  await fill(path, 8 * 2 ** 20, 65_536)
  await qemuIo(path, 'discard 1M 64k')
  const { outcome } = await compactAndExpect(path)
  expect(outcome.before - outcome.after).toBe(65_536)
  expect(outcome.moved.data).toBe(1)
})

describe('What cannot say that it is zero', () => {
  test('stays in an image of version 2 above a backing file', async () => {
    await using folder = await tempFolder('compact')
    await qemuImg('create', '-q', '-f', 'raw', folder.file('base.raw'), '1M')
    await qemuIo(folder.file('base.raw'), 'write -P 0xaa 0 1M')
    const path = folder.file('top.qcow2')
    const backing = ['-b', 'base.raw', '-F', 'raw']
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'compat=0.10', ...backing, path)
    await qemuIo(path, 'write -P 0 0 256k')
    const { outcome } = await compactAndExpect(path, { zero: await zeroesOf(path) })
    expect(outcome.zeroClusters).toBe(0)
  })

  test('says so with a flag above a backing file', async () => {
    await using folder = await tempFolder('compact')
    await qemuImg('create', '-q', '-f', 'raw', folder.file('base.raw'), '1M')
    await qemuIo(folder.file('base.raw'), 'write -P 0xaa 0 1M')
    const path = folder.file('top.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', 'base.raw', '-F', 'raw', path)
    await qemuIo(path, 'write -P 0 0 256k', 'write -P 5 256k 64k')
    const { outcome } = await compactAndExpect(path, { zero: await zeroesOf(path) })
    expect(outcome.zeroClusters).toBe(4)
  })
})

test('Only zero clusters go when that is all that was asked for', async () => {
  await using folder = await tempFolder('compact')
  const path = await made(folder, { size: 8 * 2 ** 20 })
  await fill(path, 2 * 2 ** 20, 65_536)
  await qemuIo(path, 'write -P 0 256k 512k', 'write -P 0 1984k 64k')
  const { outcome } = await compactAndExpect(path, { zero: await zeroesOf(path), onlyZeroes: true })
  expect(outcome).toMatchObject({ zeroClusters: 9, movedBytes: 0 })
})

describe('Snapshots that share half of their clusters', () => {
  test.each([
    'cluster_size=512',
    'cluster_size=4k,refcount_bits=4',
    'extended_l2=on',
    'compat=0.10',
  ])('go on sharing them: %s', async (options) => {
    await using folder = await tempFolder('compact')
    const size = options.includes('=512') ? 2 ** 20 : 8 * 2 ** 20
    const path = await made(folder, { size, options })
    await fill(path, size / 2, 65_536)
    for (const name of ['first', 'second', 'third']) {
      await qemuImg('snapshot', '-c', name, path)
      await rewriteSome(path, size, name.length)
    }
    await qemuImg('snapshot', '-d', 'first', path)
    const { outcome } = await compactAndExpect(path, { zero: await zeroesOf(path) })
    expect(outcome.after).toBeLessThan(outcome.before)
  })
})

test('Tables of many clusters move as a whole, each with its pointer', async () => {
  await using folder = await tempFolder('compact')
  const size = 16 * 2 ** 20
  const path = await made(folder, { size, options: 'cluster_size=512' })
  await fill(path, size / 8, 65_536)
  for (const name of ['first', 'second', 'third']) {
    await qemuImg('bitmap', '--add', '-g', '512', path, name)
    await qemuImg('snapshot', '-c', name, path)
    await rewriteSome(path, size / 8, name.length)
  }
  await qemuImg('snapshot', '-d', 'first', path)
  await qemuImg('bitmap', '--remove', path, 'second')
  const { outcome } = await compactAndExpect(path, { zero: await zeroesOf(path) })
  // Two snapshots' L1 tables alone have eight clusters each.
  expect(outcome.moved.structures).toBeGreaterThan(16)
})

async function rewriteSome(path: string, size: number, seed: number): Promise<void> {
  const random = seededRandom(seed)
  await using device = await open(path)
  for (let calls = 0; calls < 40; calls++) {
    const at = random.below(size - 8192)
    if (random.chance(0.5)) await device.discard(at, random.below(size - at))
    else await device.write(noise(calls, 1 + random.below(8192)), at)
  }
  await device.flush()
}

describe('Images that QEMU has packed', () => {
  test.each([
    'compression_type=zlib',
    'compression_type=zstd,cluster_size=4k',
    'cluster_size=512',
    'refcount_bits=8',
  ])('get shorter although packed clusters share sectors: %s', async (options) => {
    await using folder = await tempFolder('compact')
    const path = folder.file('image.qcow2')
    const source = folder.file('source.raw')
    const size = options.includes('=512') ? 2 ** 20 : 16 * 2 ** 20
    await qemuImg('create', '-q', '-f', 'raw', source, String(size))
    await halfNoise(source, size)
    await qemuImg('convert', '-c', '-f', 'raw', '-O', 'qcow2', '-o', options, source, path)
    await using device = await open(path)
    await device.discard(0, size / 4)
    await device.discard(size / 2, size / 4)
    await device.close()
    const { outcome, plan } = await compactAndExpect(path)
    expect(outcome.before - outcome.after).toBeGreaterThan(0)
    expect(plan.moved.packed).toBeGreaterThan(0)
  })
})

async function halfNoise(path: string, size: number): Promise<void> {
  await using device = await open(path, {}, 'raw')
  for (let at = 0; at < size; at += 4096) {
    const bytes = Buffer.alloc(4096, at % 251)
    noise(at, 200 + ((at / 4096) % 1500)).copy(bytes)
    await device.write(bytes, at)
  }
  await device.flush()
}

test('Space that was reserved beforehand is kept when zeroes are not asked for, and given back when they are', async () => {
  await using folder = await tempFolder('compact')
  const path = await made(folder, { size: 2 ** 20, options: 'preallocation=full' })
  const kept = await compactAndExpect(path)
  expect(kept.outcome.outcome).toBe('nothing-to-do')
  const { outcome } = await compactAndExpect(path, { zero: await zeroesOf(path) })
  expect(outcome).toMatchObject({ zeroClusters: 16, emptiedTables: 1 })
})
