import { describe, expect, it } from 'vitest'
import { PauseSwitch } from '../../../../core/base/pause-switch.ts'
import type { DeviceConfig } from '../../../../core/device/device-config.ts'
import { openDevice } from '../../../../core/device/open-device.ts'
import { filled, patternAt, reasonOf } from '../../../helpers/devices.ts'
import { ManualClock } from '../../../helpers/manual-clock.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { CrashLog } from '../../../storage/crash-log.ts'
import { CrashMachine } from '../../../storage/crash-machine.ts'

const CLUSTER = 4096
const CLUSTERS = 64
const imagePath = '/disk.qcow2'

/** All clusters of the disk have data: its own number, from 1 on. */
async function fullDevice(config: Partial<DeviceConfig> = {}) {
  const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: CLUSTERS * CLUSTER })
  for (let cluster = 0; cluster < CLUSTERS; cluster++) builder.data(cluster, cluster + 1)
  const machine = new CrashMachine(new CrashLog<never>(), {
    [imagePath]: new Uint8Array(builder.build().bytes),
  })
  const clock = new ManualClock()
  const open = () =>
    openDevice(machine, imagePath, { config: { runtimeAsserts: true, ...config }, clock })
  const device = await open()
  /** Lets so many seconds pass, and everything that happens in them happen. */
  const seconds = async (count: number) => {
    await device.idle()
    for (let second = 0; second < count; second++) {
      clock.advance(1000)
      await device.idle()
    }
  }
  const length = () => machine.bytesOf(imagePath).length
  return { machine, clock, device, open, seconds, length }
}

/** Every cluster reads as it was made, but those of `gone` as zeroes. */
async function mustRead(
  device: Awaited<ReturnType<typeof fullDevice>>['device'],
  gone: (cluster: number) => boolean,
): Promise<void> {
  for (let cluster = 0; cluster < CLUSTERS; cluster++) {
    const expected = gone(cluster) ? 0 : cluster + 1
    expect(await patternAt(device, cluster * CLUSTER, CLUSTER)).toBe(expected)
  }
}

const isEven = (cluster: number): boolean => cluster % 2 === 0

describe('a device that is told to compact', () => {
  it('moves what lies at the end into holes, and cuts the file', async () => {
    const { device, length } = await fullDevice()
    for (let cluster = 0; cluster < CLUSTERS; cluster += 2) {
      await device.discard(cluster * CLUSTER, CLUSTER)
    }
    await device.flush()
    const before = length()
    const result = await device.compact()
    expect(length()).toBe(before - (CLUSTERS / 2) * CLUSTER)
    expect(result).toMatchObject({ cut: (CLUSTERS / 2) * CLUSTER, settled: true })
    expect(device.stats().size).toBe(length())
    expect(device.stats().used).toBe(length())
    expect(device.stats().recycler?.sums.referenced).toBe(result?.moved)
    await mustRead(device, isEven)
    await device.close()
  })

  it('does nothing where nothing is gained', async () => {
    const { device, length, machine } = await fullDevice()
    const before = machine.bytesOf(imagePath)
    expect(await device.compact()).toMatchObject({ moved: 0, cut: 0, settled: true })
    await device.close()
    expect(length()).toBe(before.length)
    expect(Buffer.from(machine.bytesOf(imagePath)).equals(before)).toBe(true)
  })

  it('leaves where it is what a snapshot shares, and the snapshot as it was', async () => {
    const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: 16 * CLUSTER })
    for (let cluster = 0; cluster < 16; cluster++) builder.data(cluster, cluster + 1)
    builder.snapshot({ id: '1', name: 'kept' })
    const files = { [imagePath]: new Uint8Array(builder.build().bytes) }
    const machine = new CrashMachine(new CrashLog<never>(), files)
    await using device = await openDevice(machine, imagePath, { config: { runtimeAsserts: true } })
    await device.write(filled(16 * CLUSTER, 99), 0)
    await device.discard(0, 8 * CLUSTER)
    await device.compact()
    expect(await patternAt(device, 0, 8 * CLUSTER)).toBe(0)
    expect(await patternAt(device, 8 * CLUSTER, 8 * CLUSTER)).toBe(99)
    expect(await device.check()).toMatchObject({ verdict: 'clean' })
  })

  it('has a guest go on while it stands still, and goes on itself then', async () => {
    const { device, length } = await fullDevice()
    await device.discard(0, 32 * CLUSTER)
    const before = length()
    const pause = new PauseSwitch()
    pause.pause()
    const compaction = device.compact({ pause })
    await device.write(filled(CLUSTER, 200), 40 * CLUSTER)
    await device.flush()
    expect(await patternAt(device, 40 * CLUSTER, CLUSTER)).toBe(200)
    pause.resume()
    expect((await compaction)?.cut).toBeGreaterThan(0)
    expect(length()).toBeLessThan(before)
    await device.close()
  })

  it('stops when it is cancelled, also while it stands still', async () => {
    const { device } = await fullDevice()
    await device.discard(0, 32 * CLUSTER)
    const controller = new AbortController()
    const pause = new PauseSwitch()
    pause.pause()
    const compaction = reasonOf(device.compact({ pause, signal: controller.signal }))
    await device.write(filled(10, 1), 33 * CLUSTER)
    controller.abort()
    expect(await compaction).toBe('cancelled')
    await device.compact()
    expect(await device.check()).toMatchObject({ verdict: 'clean' })
    await device.close()
  })

  it('is done with it before it is closed', async () => {
    const { device, machine, clock, open } = await fullDevice()
    await device.discard(0, 32 * CLUSTER)
    const pause = new PauseSwitch()
    pause.pause()
    const compaction = reasonOf(device.compact({ pause }))
    await device.close()
    expect(await compaction).toBe('recycler-stopped')
    expect(machine.held).toEqual([])
    expect(clock.waiting).toBe(0)
    expect(await reasonOf(() => device.compact())).toBe('device-closed')
    await using again = await open()
    await mustRead(again, (cluster) => cluster < 32)
  })

  it('tells how far it is', async () => {
    const { device } = await fullDevice()
    await device.discard(0, 32 * CLUSTER)
    const told: number[] = []
    await device.compact({ onProgress: ({ done }) => told.push(done) })
    expect(told.length).toBeGreaterThan(0)
    await device.close()
  })
})

describe('a device whose configuration has wishes', () => {
  it('keeps as many clusters erased as it is told', async () => {
    const { device, seconds } = await fullDevice({ keepErased: 5 * CLUSTER })
    await device.discard(0, 20 * CLUSTER)
    await device.flush()
    await seconds(20)
    expect(device.stats().recycler?.now).toMatchObject({ available: 5 * CLUSTER, erased: 0 })
    // A cluster that is given out reads as zeroes where nobody wrote.
    await device.write(filled(100, 7), 100)
    expect(await patternAt(device, 200, CLUSTER - 200)).toBe(0)
    await device.flush()
    await seconds(20)
    expect(device.stats().recycler?.now.available).toBe(5 * CLUSTER)
    await device.close()
  })

  it('compacts once enough was freed and no more is', async () => {
    const { device, seconds, length } = await fullDevice({ compactAfterUnmaps: 8 * CLUSTER })
    const before = length()
    await device.discard(0, 4 * CLUSTER)
    await device.flush()
    await seconds(30)
    expect(length()).toBe(before)
    await device.discard(4 * CLUSTER, 16 * CLUSTER)
    await device.flush()
    await seconds(60)
    expect(length()).toBe(before - 20 * CLUSTER)
    await mustRead(device, (cluster) => cluster < 20)
    await device.close()
  })

  it('frees by itself what was discarded when it has none, and does no more', async () => {
    const { device, seconds, length, clock } = await fullDevice()
    const before = length()
    await device.discard(0, 20 * CLUSTER)
    expect(device.stats().recycler?.now.pendingFree).toBe(20 * CLUSTER)
    await seconds(60)
    expect(device.stats().recycler).toMatchObject({
      now: { pendingFree: 0, junk: 20 * CLUSTER },
      sums: { erased: 0, copied: 0 },
    })
    expect(length()).toBe(before)
    expect(clock.waiting).toBe(0)
    await device.close()
  })

  it('changes nothing while nobody else does', async () => {
    const { device, machine, clock } = await fullDevice()
    await device.discard(50 * CLUSTER, 14 * CLUSTER)
    await device.close()
    const wishes = { keepErased: 0, compactAfterUnmaps: CLUSTER }
    // With free clusters, some of them behind the last one in use.
    const before = machine.bytesOf(imagePath)
    await using again = await openDevice(machine, imagePath, { config: wishes, clock })
    for (let second = 0; second < 60; second++) {
      clock.advance(1000)
      await again.idle()
    }
    expect(Buffer.from(machine.bytesOf(imagePath)).equals(before)).toBe(true)
  })

  it('goes on after another size, a rebuild of refcounts and a discard of everything', async () => {
    const { device, seconds, length } = await fullDevice({
      keepErased: 2 * CLUSTER,
      compactAfterUnmaps: 4 * CLUSTER,
      discard: true,
    })
    await device.resize(2 * CLUSTERS * CLUSTER)
    await device.discard(0, 10 * CLUSTER)
    await seconds(20)
    await device.rebuildRefcounts()
    await device.resize(CLUSTERS * CLUSTER, { shrink: true })
    await seconds(20)
    await mustRead(device, (cluster) => cluster < 10)
    await device.discard(0, CLUSTERS * CLUSTER)
    await device.flush()
    await seconds(60)
    expect(length()).toBeLessThan(12 * CLUSTER)
    expect(await device.check()).toMatchObject({ verdict: 'clean' })
    await device.close()
  })
})

it('a disk of no bytes is cut as well, opens again and grows', async () => {
  const { device, open, length } = await fullDevice()
  await device.resize(0, { shrink: true })
  await device.compact()
  await device.close()
  expect(length()).toBeLessThan(5 * CLUSTER)
  await using again = await open()
  await again.rebuildRefcounts()
  await again.resize(3 * CLUSTER)
  await again.write(filled(CLUSTER, 7), CLUSTER)
  await again.compact()
  expect(await patternAt(again, CLUSTER, CLUSTER)).toBe(7)
  expect(await again.check()).toMatchObject({ verdict: 'clean' })
})

describe('a device that cannot be compacted', () => {
  it('says so when it is a raw one', async () => {
    const machine = new CrashMachine(new CrashLog<never>(), { '/disk.raw': filled(8192, 1) })
    await using device = await openDevice(machine, '/disk.raw', { format: 'raw' })
    expect(await device.compact()).toBeUndefined()
    expect(device.stats()).toMatchObject({ recycler: undefined, used: 8192, size: 8192 })
    await device.idle()
  })

  it('says so when it is open for reading only', async () => {
    const { machine, device } = await fullDevice()
    await device.close()
    await using reader = await openDevice(machine, imagePath, { config: { readOnly: true } })
    expect(await reasonOf(reader.compact())).toBe('image-read-only')
    expect(reader.stats()).toMatchObject({ recycler: undefined, used: undefined })
    await reader.idle()
  })
})
