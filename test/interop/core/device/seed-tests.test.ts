/**
 * The reference's own tests (ocaml-qcow 0.14, lib_test/test.ml) over our device, with QEMU as the
 * witness: filling, disks of 1 PiB, and ranges around every border that the format has.
 */
import { describe, expect, it, test } from 'vitest'
import type { BlockDevice } from '../../../../core/device/block-device.ts'
import { createDevice } from '../../../../core/device/open-device.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { qemuVerdict, filled, open, patternAt, readDevice } from '../../../helpers/devices.ts'
import { qemuImg, qemuImgJson, qemuIo } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const SECTOR = 512
const PAGE = 4096
const CLUSTER = 65_536
const MIB = 2 ** 20
const GIB = 2 ** 30
const TIB = 2 ** 40
const PIB = 2 ** 50

/** Guest bytes of one L2 table, and of one cluster of L1 table. */
const L2_REACH = CLUSTER * (CLUSTER / 8)
const L1_REACH = L2_REACH * (CLUSTER / 8)

const create = (path: string, size: number): Promise<BlockDevice> =>
  createDevice(nodeHost, path, { format: 'qcow2', size })

it('a disk of 1 GiB, filled with a sector in every cluster', async () => {
  await using folder = await tempFolder()
  const image = folder.file('a.qcow2')
  // The reference's 64 KiB would do; a file of 16,384 pieces takes its file system seconds to remove.
  const clusterSize = 16 * CLUSTER
  const clusters = GIB / clusterSize
  const sector = (index: number): Uint8Array => {
    const bytes = Buffer.alloc(SECTOR, index % 251)
    bytes.writeUInt32BE(index, 0)
    return bytes
  }
  {
    const options = { format: 'qcow2', size: GIB, clusterSize } as const
    await using device = await createDevice(nodeHost, image, options)
    let next = 0
    const writer = async () => {
      for (let index = next++; index < clusters; index = next++) {
        await device.write(sector(index), index * clusterSize)
      }
    }
    await Promise.all(Array.from({ length: 16 }, writer))
  }
  expect(await qemuVerdict(image)).toBe('clean')
  await using device = await open(image)
  for (let index = 0; index < clusters; index++) {
    const found = await readDevice(device, index * clusterSize, 2 * SECTOR)
    const expected = Buffer.concat([sector(index), Buffer.alloc(SECTOR)])
    expect(expected.equals(found)).toBe(true)
  }
})

test.each([
  ['1 KiB', 1024],
  ['1 MiB', MIB],
  ['1 PiB', PIB],
])('a new disk of %s is what QEMU calls clean and as large', async (_, size) => {
  await using folder = await tempFolder()
  const image = folder.file('a.qcow2')
  {
    await using device = await create(image, size)
    expect(device.info()).toMatchObject({ format: 'qcow2', virtualSize: size, readOnly: false })
    const { header } = device.header() ?? {}
    expect(header).toMatchObject({ version: 3, clusterBits: 16, size, refcountOrder: 4 })
  }
  expect(await qemuVerdict(image)).toBe('clean')
  expect(await qemuImgJson('info', image)).toMatchObject({ 'virtual-size': size })
})

test.each([MIB, GIB, TIB])('a disk of %d bytes that qemu-img created', async (size) => {
  await using folder = await tempFolder()
  const image = folder.file('a.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'lazy_refcounts=on', image, `${size}`)
  {
    await using device = await open(image)
    expect(device.info().virtualSize).toBe(size)
    await device.write(filled(PAGE, 1), 0)
    await device.write(filled(PAGE, 2), size - PAGE)
  }
  expect(await qemuVerdict(image)).toBe('clean')
  await qemuIo(image, 'read -P 1 0 4k', `read -P 2 ${size - PAGE} 4k`)
})

test.each([
  ['the first clusters', 0],
  ['clusters in the middle of the disk', 512 * MIB - 3 * CLUSTER],
])('%s, written and discarded one by one', async (_, start) => {
  await using folder = await tempFolder()
  const image = folder.file('a.qcow2')
  {
    await using device = await create(image, GIB)
    await device.write(filled(9 * CLUSTER, 9), start)
    for (let index = 0; index < 8; index++) {
      await device.discard(start + index * CLUSTER, CLUSTER)
      expect(await patternAt(device, start, (index + 1) * CLUSTER)).toBe(0)
      // One cluster behind them stays.
      const left = (8 - index) * CLUSTER
      expect(await patternAt(device, start + (index + 1) * CLUSTER, left)).toBe(9)
      expect(device.seekMapped(start)).toBe(start + (index + 1) * CLUSTER)
    }
    await device.assertConsistent()
  }
  expect(await qemuVerdict(image)).toBe('clean')
})

interface Range {
  readonly at: number
  readonly length: number
}

/** Around the start, a cluster, what one L2 table and one cluster of L1 reach; from both ends of the disk. */
function interestingRanges(size: number): readonly Range[] {
  const borders = [0, CLUSTER, L2_REACH, L1_REACH]
  const steps = [SECTOR, PAGE, CLUSTER, 2 * SECTOR, 2 * PAGE, 2 * CLUSTER]
  const near = borders.flatMap((border) => [
    border,
    ...steps.flatMap((step) => [border - step, border + step]),
  ])
  const starts = new Set([...near, ...near.map((at) => size - at)])
  return [...starts]
    .flatMap((at) => [SECTOR, PAGE, CLUSTER].map((length) => ({ at, length })))
    .filter(({ at, length }) => at >= 0 && at + length <= size)
}

describe('ranges around every border of a disk of 1 PiB', () => {
  const ranges = interestingRanges(PIB)

  it('hold what was written, one after the other', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    {
      await using device = await create(image, PIB)
      for (const [index, { at, length }] of ranges.entries()) {
        const value = 1 + (index % 250)
        await device.write(filled(length, value), at)
        expect(await patternAt(device, at, length)).toBe(value)
        expect(device.seekMapped(at)).toBe(at)
      }
      await device.assertConsistent()
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })

  it('read as zeroes when they are discarded, and their clusters are gone', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    {
      await using device = await create(image, PIB)
      for (const { at, length } of ranges) {
        await device.write(filled(length, 7), at)
        await device.discard(at, length)
        expect(await patternAt(device, at, length)).toBe(0)
      }
      await device.assertConsistent()
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })
})
