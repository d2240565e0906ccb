import { describe, expect, it, test } from 'vitest'
import { Device } from '../../../../core/device/device.ts'
import { deviceConfig, type DeviceConfig } from '../../../../core/device/device-config.ts'
import { RawDisk } from '../../../../core/device/raw-disk.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { filled, reasonOf } from '../../../helpers/devices.ts'
import { FaultFile, Faults, Pause } from '../../../storage/fault-file.ts'
import { TraceFile } from '../../../storage/trace-file.ts'

const KIB = 1024

function rawDevice(
  content: Uint8Array | { readonly size: number },
  config?: Partial<DeviceConfig>,
) {
  const file = new MemoryFile(content, { name: '/images/disk.raw' })
  const chosen = deviceConfig(config)
  return { file, device: new Device(new RawDisk(file, chosen), chosen) }
}

async function contentOf(device: Device, at: number, length: number): Promise<Uint8Array> {
  const into = filled(length, 0xee)
  await device.read(into, at)
  return into
}

describe('a raw device', () => {
  it('reads what was written, at any byte', async () => {
    const { device } = rawDevice({ size: 64 * KIB })
    await device.write(filled(1001, 7), 4093)
    expect(await contentOf(device, 4092, 1003)).toEqual(Uint8Array.from([0, ...filled(1001, 7), 0]))
  })

  it('is as large as whole sectors, and grows its file only when the last one is written', async () => {
    const { device, file } = rawDevice(filled(1000, 1))
    expect(device.info()).toEqual({
      format: 'raw',
      virtualSize: 1024,
      sectorSize: 512,
      readOnly: false,
    })
    expect(await contentOf(device, 998, 26)).toEqual(Uint8Array.from([1, 1, ...filled(24, 0)]))
    await device.discard(0, 1024)
    await device.writeZeroes(512, 512)
    expect(file.size()).toBe(1000)
    await device.write(filled(24, 2), 1000)
    expect(file.size()).toBe(1024)
  })

  test.each([
    [false, 16 * KIB, { erased: 8 * KIB, unmapped: 0 }],
    [true, 8 * KIB, { erased: 0, unmapped: 8 * KIB }],
  ])('with discard %s, a discard leaves %d bytes on the host', async (discard, stored, freed) => {
    const { device, file } = rawDevice({ size: 1024 * KIB }, { discard })
    await device.write(filled(16 * KIB, 5), 0)
    // Half of the range is a hole, which there is nothing to do about.
    await device.discard(8 * KIB, 512 * KIB)
    expect(file.allocatedBytes()).toBe(stored)
    expect(await contentOf(device, 0, 17 * KIB)).toEqual(
      Uint8Array.from([...filled(8 * KIB, 5), ...filled(9 * KIB, 0)]),
    )
    expect(device.stats()).toMatchObject({ writes: 16 * KIB, discards: 512 * KIB, ...freed })
  })

  it('keeps the space of zeroes unless it may be unmapped', async () => {
    const { device, file } = rawDevice(filled(64 * KIB, 9), { discard: true })
    await device.writeZeroes(0, 8 * KIB)
    expect(file.allocatedBytes()).toBe(64 * KIB)
    await device.writeZeroes(8 * KIB, 8 * KIB, { unmap: true })
    expect(file.allocatedBytes()).toBe(56 * KIB)
    expect(await contentOf(device, 0, 16 * KIB)).toEqual(filled(16 * KIB, 0))
  })

  it('finds stored bytes and holes of the host', async () => {
    const { device } = rawDevice({ size: 64 * KIB })
    await device.write(filled(4 * KIB, 1), 8 * KIB)
    expect(device.seekMapped(0)).toBe(8 * KIB)
    expect(device.seekMapped(9 * KIB)).toBe(9 * KIB)
    expect(device.seekUnmapped(9 * KIB)).toBe(12 * KIB)
    expect(device.seekMapped(12 * KIB)).toBe(64 * KIB)
    expect(device.seekUnmapped(64 * KIB)).toBe(64 * KIB)
  })

  it('shrinks only when told to, and shows nothing of what was cut when it grows', async () => {
    const { device, file } = rawDevice(filled(64 * KIB, 3))
    expect(await reasonOf(device.resize(32 * KIB))).toBe('consent-missing')
    expect(file.size()).toBe(64 * KIB)
    await device.resize(32 * KIB, { shrink: true })
    await device.resize(64 * KIB)
    expect(device.info().virtualSize).toBe(64 * KIB)
    expect(await contentOf(device, 31 * KIB, 2 * KIB)).toEqual(
      Uint8Array.from([...filled(KIB, 3), ...filled(KIB, 0)]),
    )
    expect(await reasonOf(device.resize(1000, { shrink: true }))).toBe('invalid-argument')
  })

  it('refuses a write that waited for its turn while the disk became smaller', async () => {
    const { device, file } = rawDevice(filled(64 * KIB, 3))
    const shrinking = device.resize(32 * KIB, { shrink: true })
    const late = reasonOf(device.write(filled(KIB, 1), 48 * KIB))
    await shrinking
    expect(await late).toBe('out-of-range')
    expect(file.size()).toBe(32 * KIB)
  })

  it('has nothing to check', async () => {
    const { device } = rawDevice({ size: KIB })
    expect(await device.check()).toBeUndefined()
    await device.rebuildRefcounts()
    expect(device.header()).toBeUndefined()
  })
})

describe('any device', () => {
  test.each([
    [
      'a write past the end',
      (device: Device) => device.write(filled(2, 1), KIB - 1),
      'out-of-range',
    ],
    ['a read past the end', (device: Device) => device.read(filled(1, 0), KIB), 'out-of-range'],
    ['zeroes past the end', (device: Device) => device.writeZeroes(0, KIB + 1), 'out-of-range'],
    ['a discard past the end', (device: Device) => device.discard(512, KIB), 'out-of-range'],
    ['a seek past the end', (device: Device) => () => device.seekMapped(KIB + 1), 'out-of-range'],
    ['a negative offset', (device: Device) => device.discard(-512, 512), 'invalid-argument'],
    ['a fraction', (device: Device) => device.writeZeroes(0.5, 1), 'invalid-argument'],
    ['no number', (device: Device) => device.discard(0, Number.NaN), 'invalid-argument'],
    ['a size that is no number', (device: Device) => device.resize(Infinity), 'invalid-argument'],
  ])('refuses %s and changes nothing', async (_, work, reason) => {
    const { device, file } = rawDevice(filled(KIB, 4))
    expect(await reasonOf(work(device))).toBe(reason)
    const content = filled(KIB, 0)
    file.readNow(content, 0)
    expect(content).toEqual(filled(KIB, 4))
  })

  it('accepts nothing at all, also at the very end', async () => {
    const { device } = rawDevice(filled(KIB, 4))
    await device.write(new Uint8Array(0), KIB)
    await device.discard(KIB, 0)
    await device.read(new Uint8Array(0), KIB)
    expect(await contentOf(device, 0, KIB)).toEqual(filled(KIB, 4))
  })

  it('throws after it was closed, whatever is asked of it', async () => {
    const { device } = rawDevice(filled(KIB, 4))
    await device.close()
    await device.close()
    const calls: readonly (() => unknown)[] = [
      () => device.info(),
      () => device.stats(),
      () => device.header(),
      () => device.seekMapped(0),
      () => device.read(filled(1, 0), 0),
      () => device.write(filled(1, 0), 0),
      () => device.discard(0, 1),
      () => device.flush(),
      () => device.resize(512),
      () => device.check(),
    ]
    for (const call of calls) expect(await reasonOf(call)).toBe('device-closed')
  })

  it('closes its file only when calls that are running are done', async () => {
    const { device, file } = rawDevice(filled(64 * KIB, 4))
    const writing = device.write(filled(32 * KIB, 5), 0)
    const closing = device.close()
    await Promise.all([writing, closing])
    const content = filled(32 * KIB, 0)
    file.readNow(content, 0)
    expect(content).toEqual(filled(32 * KIB, 5))
  })

  it('counts what it did, and nothing of what it refused', async () => {
    const { device } = rawDevice(filled(8 * KIB, 4))
    await device.read(filled(100, 0), 0)
    await device.write(filled(200, 1), 0)
    await reasonOf(device.write(filled(200, 1), 8 * KIB))
    expect(device.stats()).toEqual({
      reads: 100,
      writes: 200,
      discards: 0,
      erased: 0,
      unmapped: 0,
      cacheHits: 0,
      cacheMisses: 0,
      used: 8 * KIB,
      size: 8 * KIB,
      recycler: undefined,
    })
  })
})

describe('a raw device that is closed', () => {
  const traced = () => {
    const file = new TraceFile(new MemoryFile(filled(64 * KIB, 1)))
    const config = deviceConfig({ discard: true })
    return { file, device: new Device(new RawDisk(file, config), config) }
  }

  it('makes durable what was not flushed', async () => {
    const { file, device } = traced()
    await device.write(filled(10, 2), 0)
    await device.flush()
    await device.discard(8 * KIB, 8 * KIB)
    await device.close()
    expect(file.lines).toEqual(['write data 0+10', 'flush', 'punch 8192+8192', 'flush'])
  })

  it('flushes what was written while a flush ran', async () => {
    const pause = new Pause()
    const faults = new Faults()
    faults.add({ operation: 'write', nth: 0, fault: pause })
    const file = new TraceFile(new MemoryFile(filled(64 * KIB, 1)))
    const device = new Device(
      new RawDisk(new FaultFile(file, faults), { discard: false }),
      deviceConfig(),
    )
    const writing = device.write(filled(10, 2), 0)
    await pause.reached
    await device.flush()
    pause.release()
    await writing
    await device.close()
    expect(file.lines).toEqual(['flush', 'write data 0+10', 'flush'])
  })

  it('flushes nothing when nothing was changed', async () => {
    const { file, device } = traced()
    await device.read(filled(10, 0), 0)
    await device.close()
    expect(file.lines).toEqual([])
  })

  it('changes nothing more once a flush failed, and closes all the same', async () => {
    const faults = new Faults()
    faults.add({ operation: 'flush', nth: 0, fault: 'EIO' })
    const file = new FaultFile(new MemoryFile(filled(64 * KIB, 1)), faults)
    const device = new Device(new RawDisk(file, { discard: false }), deviceConfig())
    await device.write(filled(10, 2), 0)
    expect(await reasonOf(device.flush())).toBe('flush-failed')
    expect(await reasonOf(device.write(filled(10, 2), 0))).toBe('device-failed')
    expect(await reasonOf(device.discard(0, 10))).toBe('device-failed')
    expect(await reasonOf(device.resize(KIB, { shrink: true }))).toBe('device-failed')
    expect(await reasonOf(device.flush())).toBe('device-failed')
    expect(await contentOf(device, 0, 11)).toEqual(Uint8Array.from([...filled(10, 2), 1]))
    await device.close()
  })
})
