/**
 * The reference's own tests of compaction (ocaml-qcow 0.14, lib_test/test.ml and compact_random.ml) over our
 * device, with QEMU as the witness. There a compaction is one call between others; here it goes on beside them.
 */
import { stat } from 'node:fs/promises'
import { describe, expect, it, test } from 'vitest'
import { createDevice } from '../../../../core/device/open-device.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { filled, patternAt, qemuVerdict, readDevice } from '../../../helpers/devices.ts'
import { seededRandom } from '../../../helpers/random.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const CLUSTER = 65_536
const GIB = 2 ** 30

const runtimeAsserts = { runtimeAsserts: true }

describe('clusters that are written, discarded and compacted', () => {
  test.each([
    ['at the start of the disk', 0],
    ['in the middle of it', GIB / 2],
    ['at its end', GIB - 8 * CLUSTER],
  ])('%s', async (_, start) => {
    for (const gone of [0, 3, 7]) {
      await using folder = await tempFolder()
      const image = folder.file('a.qcow2')
      {
        const options = { format: 'qcow2', size: GIB } as const
        await using device = await createDevice(nodeHost, image, options, {
          config: runtimeAsserts,
        })
        for (let index = 0; index < 8; index++) {
          await device.write(filled(CLUSTER, index + 1), start + index * CLUSTER)
        }
        await device.discard(start + gone * CLUSTER, CLUSTER)
        expect(await device.compact()).toMatchObject({ settled: true })
        for (let index = 0; index < 8; index++) {
          const expected = index === gone ? 0 : index + 1
          expect(await patternAt(device, start + index * CLUSTER, CLUSTER)).toBe(expected)
        }
      }
      expect(await qemuVerdict(image)).toBe('clean')
    }
  })
})

test.each([0, 1, 2, 16_384])('a disk of which all %d clusters are discarded', async (clusters) => {
  await using folder = await tempFolder()
  const image = folder.file('a.qcow2')
  // The reference's are 64 KiB; what counts is how many there are.
  const clusterSize = 512
  const size = 32_768 * clusterSize
  const options = { format: 'qcow2', size, clusterSize } as const
  let empty = 0
  {
    await using device = await createDevice(nodeHost, image, options)
    empty = (await stat(image)).size
    await device.write(filled(clusters * clusterSize, 7), 0)
    await device.flush()
    await device.discard(0, clusters * clusterSize)
    await device.compact()
    const read = await readDevice(device, 0, size)
    expect(read.every((byte) => byte === 0)).toBe(true)
  }
  expect(await qemuVerdict(image)).toBe('clean')
  // L2 tables stay, as QEMU's do; of the data nothing is left.
  const tables = Math.ceil(clusters / (clusterSize / 8)) * clusterSize
  expect((await stat(image)).size).toBeLessThan(empty + 1.2 * tables + 40 * clusterSize)
})

it('a disk of 128 clusters that is written and discarded at random, compacted in mid-write', async () => {
  await using folder = await tempFolder()
  const image = folder.file('a.qcow2')
  const random = seededRandom(0)
  const clusters = 128
  const clusterSize = 4096
  const config = { ...runtimeAsserts, discard: true, keepErased: 2048 * 512 }
  const options = { format: 'qcow2', size: clusters * clusterSize, clusterSize } as const
  const content = new Uint8Array(clusters)
  {
    await using device = await createDevice(nodeHost, image, options, { config })
    for (let turn = 0; turn < 128; turn++) {
      await device.flush()
      const first = random.below(clusters)
      const count = 1 + random.below(clusters - first)
      const isWrite = random.chance(10 / 21)
      content.fill(isWrite ? 1 + (turn % 250) : 0, first, first + count)
      const at = first * clusterSize
      const change = isWrite
        ? device.write(filled(count * clusterSize, 1 + (turn % 250)), at)
        : device.discard(at, count * clusterSize)
      await Promise.all([change, device.compact()])
      const read = await readDevice(device, 0, clusters * clusterSize)
      for (const [cluster, value] of content.entries()) {
        const bytes = read.subarray(cluster * clusterSize, (cluster + 1) * clusterSize)
        expect(bytes.every((byte) => byte === value)).toBe(true)
      }
    }
  }
  expect(await qemuVerdict(image)).toBe('clean')
})
