import { describe, expect, it } from 'vitest'
import { ImageError, type DeviceStatistics, type RecyclerReport } from '../../../../core/index.ts'
import { deviceConfig } from '../../../../core/device/device-config.ts'
import { Device } from '../../../../core/device/device.ts'
import { RawDisk } from '../../../../core/device/raw-disk.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { DeviceMetrics, type MeasuredDevice } from '../../../../main/metrics/device-metrics.ts'
import { filled } from '../../../helpers/devices.ts'

const rawDevice = (id: string, length = 4096) =>
  new Device(
    new RawDisk(new MemoryFile(filled(length, 1)), { discard: false }),
    deviceConfig({ id }),
  )

const sums = {
  junk: 10,
  erased: 9,
  available: 8,
  roots: 7,
  copied: 6,
  flushed: 5,
  referenced: 4,
}

const recycler: RecyclerReport = {
  state: 'running',
  sums: { ...sums, cancelled: 3, cut: 2 },
  now: {
    junk: 0,
    erased: 0,
    available: 0,
    roots: 0,
    copies: 0,
    pendingFree: 0,
    used: 11,
    size: 12,
  },
  failures: 0,
  lastError: undefined,
}

const measured = (id: string, stats: Partial<DeviceStatistics>): MeasuredDevice => ({
  config: deviceConfig({ id }),
  stats: () => ({
    reads: 0,
    writes: 0,
    discards: 0,
    erased: 0,
    unmapped: 0,
    cacheHits: 0,
    cacheMisses: 0,
    used: undefined,
    size: 0,
    recycler: undefined,
    ...stats,
  }),
})

const samples = async (metrics: DeviceMetrics) =>
  (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))

describe('metrics of devices', () => {
  it('tell what the guest did, by the id of the configuration', async () => {
    const metrics = new DeviceMetrics()
    await using device = rawDevice('disk one')
    metrics.add(device)
    await device.read(filled(1000, 0), 0)
    await device.write(filled(300, 2), 100)
    await device.discard(0, 512)
    expect(await samples(metrics)).toEqual(
      expect.arrayContaining([
        'platter_qcow_reads{id="disk one"} 1000',
        'platter_qcow_writes{id="disk one"} 300',
        'platter_qcow_discards{id="disk one"} 512',
        'platter_qcow_size{id="disk one"} 4096',
      ]),
    )
  })

  it('have a name, a type and a sentence for each figure of the reference', async () => {
    const metrics = new DeviceMetrics()
    metrics.add(measured('a', { reads: 1, writes: 2, discards: 3, used: 11, size: 12, recycler }))
    const text = await metrics.text()
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
    const told = Object.fromEntries(
      [...text.matchAll(/^platter_qcow_(\w+)\{id="a"\} (\d+)$/gm)].map(([, name, value]) => [
        name,
        Number(value),
      ]),
    )
    expect(told).toEqual({ reads: 1, writes: 2, discards: 3, ...sums, used: 11, size: 12 })
    for (const name of Object.keys(told)) {
      const type = name === 'used' || name === 'size' ? 'gauge' : 'counter'
      expect(text).toContain(`# TYPE platter_qcow_${name} ${type}\n`)
      expect(text).toMatch(new RegExp(`^# HELP platter_qcow_${name} [A-Z][^\n]+$`, 'm'))
    }
  })

  it('leave out what nobody knows of a device', async () => {
    const metrics = new DeviceMetrics()
    metrics.add(measured('a', { size: 5 }))
    const told = (await samples(metrics)).map((line) => line.split('{', 1)[0])
    expect(told).toEqual([
      'platter_qcow_reads',
      'platter_qcow_writes',
      'platter_qcow_discards',
      'platter_qcow_size',
    ])
  })

  it('are those of each scrape, not sums of all scrapes', async () => {
    const metrics = new DeviceMetrics()
    await using device = rawDevice('a')
    metrics.add(device)
    await device.read(filled(10, 0), 0)
    await metrics.text()
    await device.read(filled(10, 0), 0)
    expect(await samples(metrics)).toContain('platter_qcow_reads{id="a"} 20')
  })

  it('go on without a device that was closed', async () => {
    const metrics = new DeviceMetrics()
    const closed = rawDevice('a')
    await using open = rawDevice('b')
    metrics.add(closed)
    metrics.add(open)
    await closed.close()
    const told = (await samples(metrics)).join('\n')
    expect(told).toContain('{id="b"}')
    expect(told).not.toContain('{id="a"}')
  })

  it('go on without a device whose file cannot be asked, until it can', async () => {
    const metrics = new DeviceMetrics()
    let isLost = true
    const device = measured('lost', { reads: 1 })
    const stats = () => {
      if (isLost) throw new ImageError('read-failed', { path: 'lost', errno: 'ESTALE' })
      return device.stats()
    }
    metrics.add({ ...device, stats })
    metrics.add(measured('other', { reads: 2 }))
    expect(await samples(metrics)).toContain('platter_qcow_reads{id="other"} 2')
    isLost = false
    expect(await samples(metrics)).toContain('platter_qcow_reads{id="lost"} 1')
  })

  it('keep devices of the same id apart, and give a label away again', async () => {
    const metrics = new DeviceMetrics()
    const first = measured('disk', { reads: 1 })
    const second = measured('disk', { reads: 2 })
    const held = metrics.add(first)
    expect([held.label, metrics.add(second).label]).toEqual(['disk', 'disk 2'])
    expect(await samples(metrics)).toEqual(
      expect.arrayContaining([
        'platter_qcow_reads{id="disk"} 1',
        'platter_qcow_reads{id="disk 2"} 2',
      ]),
    )
    held[Symbol.dispose]()
    expect(metrics.add(measured('disk', {})).label).toBe('disk')
    // Who gave its label back already takes nothing from who has it now.
    held[Symbol.dispose]()
    expect(await samples(metrics)).toContain('platter_qcow_reads{id="disk"} 0')
  })

  it('of two programs parts do not mix', async () => {
    const [one, other] = [new DeviceMetrics(), new DeviceMetrics()]
    one.add(measured('a', { recycler }))
    expect(await samples(one)).toContain('platter_qcow_junk{id="a"} 10')
    expect(await samples(other)).toEqual([])
  })

  it('write an id with quotes and backslashes so that Prometheus reads it', async () => {
    const metrics = new DeviceMetrics()
    metrics.add(measured('a"b\\c', { reads: 3 }))
    expect(await samples(metrics)).toContain('platter_qcow_reads{id="a\\"b\\\\c"} 3')
  })
})
