import { describe, expect, it } from 'vitest'
import { Device } from '../../../../core/device/device.ts'
import { deviceConfig, type DeviceConfig } from '../../../../core/device/device-config.ts'
import { Qcow2Disk } from '../../../../core/device/qcow2-disk.ts'
import { ReadOnlyDisk } from '../../../../core/device/read-only-disk.ts'
import { codecs } from '../../../../core/io/codecs.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { Qcow2Image } from '../../../../core/qcow2/qcow2-image.ts'
import { Qcow2Writer } from '../../../../core/qcow2/qcow2-writer.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { filled, patternAt, reasonOf } from '../../../helpers/devices.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'

const KIB = 1024
const CLUSTER = 4 * KIB
const DISK = 256 * KIB

function qcow2Device(
  build: (builder: Qcow2Builder) => Qcow2Builder = (builder) => builder,
  config: Partial<DeviceConfig> = {},
) {
  const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: DISK })
  const file = new MemoryFile(build(builder).bytes)
  const area = readHeaderArea(file)
  const chosen = deviceConfig({ runtimeAsserts: true, ...config })
  const writer = new Qcow2Writer({ file, area, codecs, discard: chosen.discard })
  return { file, device: new Device(new Qcow2Disk(writer, codecs), chosen) }
}

const reopened = (file: MemoryFile): Device => {
  const image = new Qcow2Image({ file, area: readHeaderArea(file), codecs })
  return new Device(new ReadOnlyDisk(image), deviceConfig({ readOnly: true }))
}

describe('a qcow2 device', () => {
  it('counts what was zeroed in place and what was freed', async () => {
    const { device } = qcow2Device((builder) => builder.data(0, 1).data(1, 2).data(2, 3))
    // Half of the first cluster, all of the second, and one that is not there.
    await device.discard(CLUSTER / 2, CLUSTER / 2 + CLUSTER)
    await device.discard(10 * CLUSTER, CLUSTER)
    expect(device.stats()).toMatchObject({
      discards: CLUSTER / 2 + 2 * CLUSTER,
      erased: CLUSTER / 2,
      unmapped: CLUSTER,
    })
    await device.writeZeroes(2 * CLUSTER, CLUSTER)
    expect(device.stats()).toMatchObject({ writes: CLUSTER, unmapped: CLUSTER })
    expect(await patternAt(device, 2 * CLUSTER, CLUSTER)).toBe(0)
  })

  it('finds tables in memory once they were read, and goes on counting after a rebuild', async () => {
    const { device } = qcow2Device((builder) => builder.data(0, 1))
    await device.read(filled(1, 0), 0)
    await device.read(filled(1, 0), 0)
    const { cacheHits, cacheMisses } = device.stats()
    expect(cacheHits).toBeGreaterThan(0)
    expect(cacheMisses).toBe(1)
    await device.rebuildRefcounts()
    await device.read(filled(1, 0), 0)
    expect(device.stats().cacheHits).toBeGreaterThanOrEqual(cacheHits)
    expect(device.stats().cacheMisses).toBeGreaterThan(cacheMisses)
  })

  it('seeks in what was written, flushed or not', async () => {
    const { device } = qcow2Device()
    await device.write(filled(10, 1), 5 * CLUSTER + 100)
    expect(device.seekMapped(0)).toBe(5 * CLUSTER)
    expect(device.seekMapped(5 * CLUSTER + 7)).toBe(5 * CLUSTER + 7)
    expect(device.seekUnmapped(5 * CLUSTER)).toBe(6 * CLUSTER)
    expect(device.seekMapped(6 * CLUSTER)).toBe(DISK)
    await device.discard(5 * CLUSTER, CLUSTER)
    expect(device.seekMapped(0)).toBe(DISK)
  })

  it('checks what is in memory, and writes nothing to do so', async () => {
    const { device, file } = qcow2Device()
    await device.write(filled(CLUSTER, 1), 0)
    const before = filled(file.size(), 0)
    file.readNow(before, 0)
    expect(await device.check()).toMatchObject({ verdict: 'clean', corruptions: 0, leaks: 0 })
    const after = filled(file.size(), 0)
    file.readNow(after, 0)
    expect(Buffer.from(after).equals(before)).toBe(true)
  })

  it('saves what was written when it is closed', async () => {
    const { device, file } = qcow2Device()
    await device.write(filled(3 * CLUSTER, 6), 100)
    await device.close()
    await using again = reopened(file)
    expect(await patternAt(again, 100, 3 * CLUSTER)).toBe(6)
    expect(await again.check()).toMatchObject({ verdict: 'clean' })
    expect(again.info()).toMatchObject({ format: 'qcow2', readOnly: true })
  })

  it('refuses a write that waited while the disk became smaller', async () => {
    const { device } = qcow2Device()
    const shrinking = device.resize(DISK / 2, { shrink: true })
    const late = reasonOf(device.write(filled(KIB, 1), DISK - KIB))
    await shrinking
    // The write came first or was refused; either way the disk is whole and ends where it should.
    expect(['none', 'out-of-range']).toContain(await late)
    expect(device.info().virtualSize).toBe(DISK / 2)
    expect(await device.check()).toMatchObject({ verdict: 'clean' })
  })

  it('does not become smaller when its tables contradict each other: refcounts say what is cut', async () => {
    const { device, file } = qcow2Device(
      (builder) => {
        builder.data(0, 1).data(1, 2).data(2, 3).build()
        // The last cluster of the file is in use and counted as free.
        return builder.setRefcount(builder.hostClusterOf(2), 0n)
      },
      { runtimeAsserts: false },
    )
    const length = file.size()
    expect(await reasonOf(device.resize(DISK / 2, { shrink: true }))).toBe('contradictions-found')
    expect(device.info().virtualSize).toBe(DISK)
    expect(file.size()).toBe(length)
  })

  it('gives freed clusters back to the host when it is told to', async () => {
    const { device, file } = qcow2Device(undefined, { discard: true })
    await device.write(filled(DISK, 1), 0)
    await device.flush()
    const stored = file.allocatedBytes()
    await device.discard(0, DISK / 2)
    await device.flush()
    expect(stored - file.allocatedBytes()).toBeGreaterThanOrEqual(DISK / 2)
  })

  it('is the header that a resize has made', async () => {
    const { device } = qcow2Device()
    await device.resize(4 * DISK)
    expect(device.header()?.header.size).toBe(4 * DISK)
    expect(await reasonOf(device.resize(DISK))).toBe('consent-missing')
    expect(await reasonOf(device.resize(1000))).toBe('invalid-argument')
  })
})

describe('a device that is open for reading', () => {
  it('refuses every change by its name, and has nothing to flush', async () => {
    const { file } = qcow2Device((builder) => builder.data(0, 1))
    await using device = reopened(file)
    const changes = [
      device.write(filled(1, 1), 0),
      device.writeZeroes(0, 1),
      device.discard(0, 1),
      device.resize(2 * DISK),
      device.rebuildRefcounts(),
    ]
    for (const change of changes) expect(await reasonOf(change)).toBe('image-read-only')
    await device.flush()
    await device.assertConsistent()
    expect(await patternAt(device, 0, CLUSTER)).toBe(1)
    expect(device.stats()).toMatchObject({ reads: CLUSTER, cacheMisses: 1 })
    expect(device.header()?.header.version).toBe(3)
  })
})
