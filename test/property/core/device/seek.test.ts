import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { Device } from '../../../../core/device/device.ts'
import { deviceConfig } from '../../../../core/device/device-config.ts'
import { ReadOnlyDisk } from '../../../../core/device/read-only-disk.ts'
import { codecs } from '../../../../core/io/codecs.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { Qcow2Image } from '../../../../core/qcow2/qcow2-image.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'

const clusters = 150
const clusterSize = 512

/** What each kind of cluster is to a seek: whether a host cluster belongs to it. */
const isMapped = {
  data: true,
  compressed: true,
  'zero-allocated': true,
  zero: false,
  none: false,
} as const

type Kind = keyof typeof isMapped

const disk = fc.record({
  kinds: fc.array(
    fc.constantFrom<Kind>('data', 'data', 'compressed', 'zero-allocated', 'zero', 'none', 'none'),
    { minLength: clusters, maxLength: clusters },
  ),
  // Whole L2 tables without a cluster: 64 clusters each.
  emptyTable: fc.option(fc.nat(2)),
})

function build({
  kinds,
  emptyTable,
}: typeof disk extends fc.Arbitrary<infer Value> ? Value : never) {
  const mapped: boolean[] = []
  const builder = new Qcow2Builder({ clusterBits: 9, virtualSize: clusters * clusterSize })
  for (const [guest, chosen] of kinds.entries()) {
    const kind = Math.floor(guest / 64) === emptyTable ? 'none' : chosen
    if (kind === 'data') builder.data(guest, 1)
    if (kind === 'compressed') builder.compressed(guest, 2)
    if (kind === 'zero-allocated') builder.zeroAllocated(guest)
    if (kind === 'zero') builder.zeroPlain(guest)
    mapped.push(isMapped[kind])
  }
  const file = new MemoryFile(builder.bytes)
  const image = new Qcow2Image({ file, area: readHeaderArea(file), codecs })
  return { device: new Device(new ReadOnlyDisk(image), deviceConfig()), mapped }
}

/** The answer by looking at every cluster in turn. */
function naive(mapped: readonly boolean[], at: number, wanted: boolean): number {
  const end = mapped.length * clusterSize
  if (at >= end) return end
  const first = Math.floor(at / clusterSize)
  if (mapped[first] === wanted) return at
  const found = mapped.indexOf(wanted, first)
  return found < 0 ? end : found * clusterSize
}

it('seeks find what a look at every cluster finds, from any byte', () => {
  fc.assert(
    fc.property(
      disk,
      fc.array(fc.nat(clusters * clusterSize), { maxLength: 20 }),
      (made, starts) => {
        const { device, mapped } = build(made)
        for (const at of [0, clusters * clusterSize, ...starts]) {
          expect(device.seekMapped(at)).toBe(naive(mapped, at, true))
          expect(device.seekUnmapped(at)).toBe(naive(mapped, at, false))
        }
      },
    ),
    { numRuns: 60, seed: 33 },
  )
})
