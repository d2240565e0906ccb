import { expect, it } from 'vitest'
import { noise } from '../../../../helpers/noise.ts'
import { expectCleanAfterFlush, MemoryImage } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'
import { filled, reasonOf } from '../../../../helpers/devices.ts'

const K = 1024
const builder = (options: BuilderOptions = {}) => new Qcow2Builder({ clusterBits: 12, ...options })

/** Packs to about half of its length. */
const halfNoise = (seed: number): Uint8Array => {
  const bytes = filled(4 * K, 7)
  bytes.set(noise(seed, 2 * K))
  return bytes
}

for (const compression of ['zlib', 'zstd'] as const) {
  it(`packs clusters one behind the other (${compression})`, async () => {
    const image = new MemoryImage(builder({ compression }))
    const before = image.file.size()
    for (let cluster = 0; cluster < 8; cluster++) {
      const outcome = await image.writer.writeCompressed(halfNoise(cluster), cluster * 4 * K)
      expect(outcome).toBe('packed')
    }
    expect(image.runAt(7)).toBe('compressed')
    await expectCleanAfterFlush(image)
    for (let cluster = 0; cluster < 8; cluster++) {
      const bytes = await image.read(cluster * 4 * K, 4 * K)
      expect(Buffer.from(bytes).equals(halfNoise(cluster))).toBe(true)
    }
    // Eight clusters, and an L2 table: packed one in each, the file would be longer.
    expect(image.file.size() - before).toBeLessThanOrEqual(9 * 4 * K)
  })
}

it('stores as it is what does not get smaller', async () => {
  const image = new MemoryImage(builder())
  const bytes = noise(3, 4 * K)
  expect(await image.writer.writeCompressed(bytes, 4 * K)).toBe('plain')
  expect(image.runAt(1)).toMatch(/^data/)
  expect(Buffer.from(await image.read(4 * K, 4 * K)).equals(bytes)).toBe(true)
  await expectCleanAfterFlush(image)
})

it('takes the place of what was there, whatever it was', async () => {
  const made = builder().data(0, 1).zeroAllocated(1).compressed(2, 3).zeroPlain(3)
  const image = new MemoryImage(made.snapshot({ id: '1', name: 'before' }))
  const kept = await image.snapshot(0)
  for (let cluster = 0; cluster < 5; cluster++) {
    await image.writer.writeCompressed(filled(4 * K, 0x20 + cluster), cluster * 4 * K)
  }
  await expectCleanAfterFlush(image)
  expect(await image.valueAt(8 * K, 4 * K)).toBe(0x22)
  expect(Buffer.from(await image.snapshot(0)).equals(kept)).toBe(true)
})

it('packs the cluster that the disk ends in, with zeroes past the end', async () => {
  const image = new MemoryImage(builder({ virtualSize: 9 * K }))
  expect(await image.writer.writeCompressed(filled(K, 5), 8 * K)).toBe('packed')
  expect(await image.valueAt(8 * K, K)).toBe(5)
  await expectCleanAfterFlush(image)
})

it('takes whole clusters only', async () => {
  const { writer } = new MemoryImage(builder())
  expect(await reasonOf(writer.writeCompressed(filled(4 * K, 1), 512))).toBe('invalid-argument')
  expect(await reasonOf(writer.writeCompressed(filled(512, 1), 0))).toBe('invalid-argument')
})
