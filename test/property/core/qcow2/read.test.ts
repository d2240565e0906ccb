import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { codecs } from '../../../../core/io/codecs.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { Qcow2Image } from '../../../../core/qcow2/qcow2-image.ts'
import { RawImage } from '../../../../core/image/raw-image.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'

const CLUSTERS = 200

const kinds = fc.array(
  fc.constantFrom('data', 'zero', 'zero-allocated', 'compressed', 'none', 'none'),
  { minLength: CLUSTERS, maxLength: CLUSTERS },
)

const layout = fc.record({
  kinds,
  clusterBits: fc.constantFrom(9, 10, 12),
  extendedL2: fc.boolean(),
  compression: fc.constantFrom('zlib' as const, 'zstd' as const),
  backingClusters: fc.option(fc.nat(CLUSTERS + 40)),
  // The disk may end inside its last cluster.
  cutSectors: fc.nat(3),
})

/** The image, and the content it must have. */
function build(choice: typeof layout extends fc.Arbitrary<infer Value> ? Value : never) {
  const clusterBits = choice.extendedL2 ? 14 : choice.clusterBits
  const clusterSize = 2 ** clusterBits
  const cut = clusterSize > 512 * choice.cutSectors ? 512 * choice.cutSectors : 0
  const virtualSize = CLUSTERS * clusterSize - cut
  const builder = new Qcow2Builder({
    clusterBits,
    virtualSize,
    extendedL2: choice.extendedL2,
    compression: choice.compression,
  })
  const below = new Uint8Array((choice.backingClusters ?? 0) * clusterSize).fill(0xbb)
  const model = new Uint8Array(CLUSTERS * clusterSize)
  model.set(below.subarray(0, model.length))
  for (const [guest, kind] of choice.kinds.entries()) {
    const content = model.subarray(guest * clusterSize, (guest + 1) * clusterSize)
    const fill = 1 + (guest % 250)
    if (kind === 'data') builder.data(guest, fill)
    if (kind === 'zero') builder.zeroPlain(guest)
    if (kind === 'zero-allocated') builder.zeroAllocated(guest)
    if (kind === 'compressed') builder.compressed(guest, fill)
    if (kind !== 'none') content.fill(kind === 'data' || kind === 'compressed' ? fill : 0)
  }
  const file = new MemoryFile(builder.bytes)
  const backing = choice.backingClusters === null ? undefined : new RawImage(new MemoryFile(below))
  const image = new Qcow2Image({ file, area: readHeaderArea(file), codecs, backing })
  return { image, model: model.subarray(0, virtualSize) }
}

it('a read of any range gives what was written there', async () => {
  await fc.assert(
    fc.asyncProperty(
      layout,
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40_000))),
      async (choice, ranges) => {
        const { image, model } = build(choice)
        const whole = new Uint8Array(image.virtualSize).fill(0xee)
        await image.read(whole, 0)
        expect(Buffer.compare(whole, model)).toBe(0)
        for (const [share, wanted] of ranges) {
          const at = Math.floor(share * (model.length - 1))
          const part = new Uint8Array(Math.min(wanted, model.length - at)).fill(0xee)
          await image.read(part, at)
          expect(Buffer.compare(part, model.subarray(at, at + part.length))).toBe(0)
        }
      },
    ),
    { numRuns: 25 },
  )
})

const runKinds = {
  data: 'data',
  zero: 'zero',
  'zero-allocated': 'zero',
  compressed: 'compressed',
  none: 'unallocated',
} as const

it('runs cover any range exactly, and are what was built', () => {
  fc.assert(
    fc.property(layout, (choice) => {
      const { image } = build(choice)
      const { clusterSize } = image.geometry
      let at = 0
      while (at < image.virtualSize) {
        const run = image.runAt(at, image.virtualSize - at)
        expect(run.length).toBeGreaterThan(0)
        for (let inside = at; inside < at + run.length; inside += clusterSize) {
          expect(run.kind).toBe(runKinds[choice.kinds[Math.floor(inside / clusterSize)] ?? 'none'])
        }
        at += run.length
      }
      expect(at).toBe(image.virtualSize)
    }),
    { numRuns: 25 },
  )
})
