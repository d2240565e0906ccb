/** What a device does when what keeps its image small meets a disk that fails. */
import { describe, expect, it } from 'vitest'
import { openDevice } from '../../core/device/open-device.ts'
import { discoveredModel } from '../crash/discovered-model.ts'
import { actAtRandom, Guest } from '../crash/guest.ts'
import type { Scene } from '../crash/scene.ts'
import {
  backingPath,
  imagePath,
  smallImage,
  type SmallImageOptions,
} from '../crash/scenarios/small-images.ts'
import { reasonOf } from '../helpers/devices.ts'
import { ManualClock } from '../helpers/manual-clock.ts'
import { seededRandom, type Random } from '../helpers/random.ts'
import { tellingBytes } from '../model/guest-model.ts'
import { CrashLog } from '../storage/crash-log.ts'
import { CrashMachine } from '../storage/crash-machine.ts'
import { FaultFile, Faults, Pause, type FaultRule } from '../storage/fault-file.ts'
import { faultMatrix, type FaultStory } from './fault-matrix.ts'

const CLUSTERS = 30

/** A disk full of data whose first half was discarded, durably: there is much to move. */
async function openFaulty() {
  const { files, clusterSize } = await smallImage(seededRandom(3), { clusters: CLUSTERS })
  const machine = new CrashMachine(new CrashLog<never>(), files)
  const faults = new Faults()
  machine.wrap = (file) => new FaultFile(file, faults)
  const clock = new ManualClock()
  const config = { runtimeAsserts: true, keepErased: 2 * clusterSize }
  const device = await openDevice(machine, imagePath, { config, clock })
  const half = (CLUSTERS / 2) * clusterSize
  const bytes = tellingBytes(half, half, 1)
  await device.write(tellingBytes(0, half, 1), 0)
  await device.write(bytes, half)
  await device.flush()
  await device.discard(0, half)
  await device.flush()
  await device.idle()
  const mustBeWhole = async () => {
    const read = new Uint8Array(2 * half)
    await device.read(read, 0)
    expect(read.subarray(0, half).every((byte) => byte === 0)).toBe(true)
    expect(read.subarray(half)).toEqual(bytes)
    expect((await device.check())?.verdict).toBe('clean')
  }
  const seconds = async (count: number) => {
    for (let second = 0; second < count; second++) {
      clock.advance(1000)
      await device.idle()
    }
  }
  return { machine, faults, device, clusterSize, half, bytes, mustBeWhole, seconds }
}

const copyFaults: readonly (readonly [string, FaultRule])[] = [
  ['copies cannot be read', { operation: 'read', tag: 'data', nth: 2, fault: 'EIO' }],
  ['copies cannot be written', { operation: 'write', tag: 'data', nth: 0, fault: 'EIO' }],
  ['copies find no space', { operation: 'write', tag: 'data', nth: 0, fault: 'ENOSPC' }],
  ['tables cannot be written', { operation: 'write', tag: 'l2-table', nth: 0, fault: 'ENOSPC' }],
  ['the file cannot be cut', { operation: 'truncate', nth: 0, fault: 'EIO' }],
]

it.each(copyFaults)('a compaction that fails because %s works the next time', async (_, rule) => {
  const { faults, device, mustBeWhole } = await openFaulty()
  const before = device.stats().size
  faults.add(rule)
  const reason = await reasonOf(device.compact())
  expect(faults.fired).toBe(1)
  expect(reason).toMatch(/read-failed|write-failed|no-space/)
  await mustBeWhole()
  expect((await device.compact())?.settled).toBe(true)
  expect(device.stats().size).toBeLessThan(before)
  await mustBeWhole()
  await device.close()
})

it('the guest waits neither for a copy that the disk holds up, nor for a flush', async () => {
  const { faults, device, clusterSize, half, mustBeWhole, bytes } = await openFaulty()
  const [copying, flushing] = [new Pause(), new Pause()]
  faults.add({ operation: 'write', tag: 'data', nth: 0, fault: copying })
  const compaction = device.compact()
  await copying.reached
  // What moves now is written, read and discarded as ever, and all of it can be made durable.
  await device.write(bytes.subarray(0, clusterSize), half)
  await device.discard(half + clusterSize, clusterSize)
  await device.write(bytes.subarray(clusterSize, 2 * clusterSize), half + clusterSize)
  await device.flush()
  await mustBeWhole()
  faults.add({ operation: 'flush', nth: 0, fault: flushing })
  copying.release()
  await flushing.reached
  await device.write(bytes.subarray(0, 3 * clusterSize), half)
  await mustBeWhole()
  flushing.release()
  expect((await compaction)?.settled).toBe(true)
  await mustBeWhole()
  await device.close()
})

it('a compaction is cancelled although the disk holds it up, once that has ended', async () => {
  const { faults, device, mustBeWhole } = await openFaulty()
  const copying = new Pause()
  faults.add({ operation: 'read', tag: 'data', nth: 0, fault: copying })
  const controller = new AbortController()
  const compaction = reasonOf(device.compact({ signal: controller.signal }))
  await copying.reached
  controller.abort()
  await device.flush()
  copying.release()
  expect(await compaction).toBe('cancelled')
  expect(device.stats().recycler?.now).toMatchObject({ copies: 0, roots: 0 })
  await mustBeWhole()
  await device.close()
})

it('a job that fails is told, and tried again after a while', async () => {
  const { faults, device, mustBeWhole, seconds, clusterSize, half } = await openFaulty()
  await seconds(20)
  expect(device.stats().recycler?.now.available).toBe(2 * clusterSize)
  faults.add({ operation: 'punch', nth: 0, times: 2, fault: 'EIO' })
  // Takes the erased clusters: others have to be made.
  await device.write(tellingBytes(0, 2 * clusterSize, 3), 0)
  await device.flush()
  await seconds(2)
  expect(device.stats().recycler).toMatchObject({ state: 'running', failures: 1 })
  expect(device.stats().recycler?.lastError?.reason).toMatch(/write-failed/)
  await seconds(120)
  expect(device.stats().recycler?.now.available).toBe(2 * clusterSize)
  await device.discard(0, half)
  await device.flush()
  await mustBeWhole()
  await device.close()
})

it('a flush of the recycler that fails ends it, and all writing, but not reading', async () => {
  const { faults, device, machine, clusterSize, half, bytes } = await openFaulty()
  faults.add({ operation: 'flush', nth: 0, fault: 'EIO' })
  expect(await reasonOf(device.compact())).toBe('flush-failed')
  await device.idle()
  expect(device.stats().recycler).toMatchObject({ state: 'failed' })
  expect(await reasonOf(device.write(tellingBytes(0, clusterSize, 9), 0))).toBe('device-failed')
  const read = new Uint8Array(half)
  await device.read(read, half)
  expect(read).toEqual(bytes)
  await device.close()
  expect(machine.held).toEqual([])
  await using again = await openDevice(machine, imagePath)
  expect((await again.check())?.verdict).toMatch(/clean|leaks/)
  await again.compact()
  await again.read(read, half)
  expect(read).toEqual(bytes)
})

it('a flush of the recycler that failed is told when the device is closed, if no call came before', async () => {
  const { faults, device, machine, seconds, clusterSize, half } = await openFaulty()
  await device.write(tellingBytes(half, clusterSize, 5), half)
  await device.discard(half + clusterSize, clusterSize)
  faults.add({ operation: 'flush', nth: 0, fault: 'EIO' })
  await seconds(10)
  expect(device.stats().recycler).toMatchObject({ state: 'failed' })
  expect(await reasonOf(device.close())).toBe('device-failed')
  expect(machine.held).toEqual([])
})

interface Life {
  readonly name: string
  readonly image?: SmallImageOptions
}

const lives: readonly Life[] = [
  { name: 'a guest whose image is compacted' },
  { name: 'one of version 2', image: { version: 2 } },
  { name: 'one with snapshots and packed clusters', image: { snapshots: ['a'], compressed: true } },
  { name: 'one above a backing file', image: { backingClusters: 15 } },
]

const live = async (scene: Scene, random: Random): Promise<void> => {
  const clock = new ManualClock()
  const config = {
    discard: true,
    keepErased: 3 * 512,
    compactAfterUnmaps: 5 * 512,
    // What cannot be read then is told as damage that was found.
    checkOnOpen: false,
  }
  await using guest = await Guest.openDevice(scene, { config, clock })
  const { virtualSize } = scene.model
  const rules = { count: 4, virtualSize, clusterSize: 512, mostly: 'discards' } as const
  for (let round = 0; round < 3; round++) {
    await actAtRandom(guest, random, rules)
    for (let second = 0; second < 8; second++) {
      clock.advance(1000)
      await guest.disk.idle()
    }
  }
  await actAtRandom(guest, random, rules)
  await guest.compact()
}

const storyOf = async ({ name, image = {} }: Life, seed: number): Promise<FaultStory> => {
  const random = seededRandom(seed)
  const { files, model } = await smallImage(random, image)
  return {
    name,
    image: imagePath,
    files,
    model,
    ...(image.backingClusters === undefined ? {} : { backing: backingPath }),
    tell: (scene) => live(scene, random),
    again: async (scene) => {
      scene.model = await discoveredModel(scene.machine, imagePath)
      scene.expect()
      await live(scene, random)
    },
  }
}

describe.each(lives)('$name', (life) => {
  it('survives every access that fails, and goes on at the next attempt', async () => {
    const { faults } = await faultMatrix((seed) => storyOf(life, seed), { seed: 5, places: 8 })
    expect(faults).toBeGreaterThan(20)
  }, 60_000)
})
