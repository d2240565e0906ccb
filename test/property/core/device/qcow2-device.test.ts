import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { Device } from '../../../../core/device/device.ts'
import { deviceConfig } from '../../../../core/device/device-config.ts'
import { Qcow2Disk } from '../../../../core/device/qcow2-disk.ts'
import { RawImage } from '../../../../core/image/raw-image.ts'
import { codecs } from '../../../../core/io/codecs.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { Qcow2Writer } from '../../../../core/qcow2/qcow2-writer.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { bursts, Compared } from './calls.ts'

const diskBytes = 96 * 1024

const image = fc.record({
  version: fc.constantFrom(2 as const, 3 as const),
  clusterBits: fc.constantFrom(9, 10, 12),
  extendedL2: fc.boolean(),
  refcountOrder: fc.nat(6),
  backingBytes: fc.option(fc.constantFrom(10_240, diskBytes, 2 * diskBytes)),
  /** Kinds of the first guest clusters. */
  kinds: fc.array(fc.constantFrom('data', 'zero', 'zero-allocated', 'compressed', 'none'), {
    maxLength: 12,
  }),
  snapshot: fc.boolean(),
  discard: fc.boolean(),
})

type Choice = typeof image extends fc.Arbitrary<infer Value> ? Value : never

/** The device, and what it must hold to begin with. */
function build(choice: Choice) {
  const { refcountOrder, kinds, snapshot, backingBytes, discard } = choice
  const version = choice.extendedL2 ? 3 : choice.version
  const clusterBits = choice.extendedL2 ? 14 : choice.clusterBits
  const clusterSize = 2 ** clusterBits
  const builder = new Qcow2Builder({
    version,
    clusterBits,
    virtualSize: diskBytes,
    extendedL2: choice.extendedL2,
    // A snapshot takes a second reference, and version 2 knows one width.
    refcountOrder: version === 2 ? 4 : Math.max(refcountOrder, snapshot ? 1 : 0),
  })
  const below = new Uint8Array(backingBytes ?? 0).fill(0xbb)
  const content = new Uint8Array(diskBytes)
  content.set(below.subarray(0, diskBytes))
  for (const [guest, kind] of kinds.entries()) {
    if ((guest + 1) * clusterSize > diskBytes) break
    if (version === 2 && (kind === 'zero' || kind === 'zero-allocated')) continue
    if (kind === 'data') builder.data(guest, guest + 1)
    if (kind === 'zero') builder.zeroPlain(guest)
    if (kind === 'zero-allocated') builder.zeroAllocated(guest)
    if (kind === 'compressed') builder.compressed(guest, guest + 1)
    if (kind === 'none') continue
    const stores = kind === 'data' || kind === 'compressed'
    content.fill(stores ? guest + 1 : 0, guest * clusterSize, (guest + 1) * clusterSize)
  }
  if (snapshot) builder.snapshot({ id: '1', name: 'kept' })
  const file = new MemoryFile(builder.bytes)
  const backing = backingBytes === null ? undefined : new RawImage(new MemoryFile(below))
  const area = readHeaderArea(file)
  const writer = new Qcow2Writer({ file, area, codecs, backing, discard })
  const config = deviceConfig({ discard, runtimeAsserts: true })
  return { device: new Device(new Qcow2Disk(writer, codecs), config), content, file }
}

it('a qcow2 device holds what any calls left in it, and its tables agree after each', async () => {
  await fc.assert(
    fc.asyncProperty(image, bursts(diskBytes), async (choice, work) => {
      const { device, content } = build(choice)
      await expect(new Compared(device, content).make(work)).resolves.toBeUndefined()
      expect(await device.check()).toMatchObject({ verdict: 'clean' })
      await device.close()
    }),
    { numRuns: 80, seed: 36 },
  )
})
