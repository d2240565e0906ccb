/**
 * What the reference (ocaml-qcow 0.14) got wrong about compaction and its recycler. Each test is named by
 * what was seen there; it shows that it does not happen here, with QEMU as the witness.
 */
import { stat } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { zeroWord } from '../../../../../core/base/word64.ts'
import { PauseSwitch } from '../../../../../core/base/pause-switch.ts'
import type { BlockDevice } from '../../../../../core/device/block-device.ts'
import { openDevice } from '../../../../../core/device/open-device.ts'
import { nodeHost } from '../../../../../core/io/node-host.ts'
import { createEngine } from '../../../../../core/index.ts'
import { filled, open, patternAt, qemuVerdict, reasonOf } from '../../../../helpers/devices.ts'
import { ManualClock } from '../../../../helpers/manual-clock.ts'
import { createQcow2, qemuImg, qemuIo } from '../../../../helpers/qemu.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

const KIB = 1024
const MIB = 1024 * KIB
const CLUSTER = 64 * KIB

const engine = createEngine()

/** Compaction of an image that nobody uses, and of one that is open. */
const ways = [
  {
    way: 'in place',
    compact: async (image: string) => {
      const plan = await engine.planCompact(image, { scan: 'none' })
      await engine.compactImage(image, plan, { mode: 'in-place' })
    },
  },
  {
    way: 'while it was open',
    compact: async (image: string) => {
      await using device = await open(image)
      await device.compact()
    },
  },
] as const

/** Discards every other of the first `clusters`, from the first on. */
async function discardEveryOther(device: BlockDevice, clusters: number): Promise<void> {
  for (let cluster = 0; cluster < clusters; cluster += 2) {
    await device.discard(cluster * CLUSTER, CLUSTER)
  }
}

/** Half of it written by QEMU with its cluster's number, and half of that discarded. */
async function imageWithHoles(image: string, options?: string): Promise<void> {
  await createQcow2(image, '4M', options)
  const writes = Array.from({ length: 32 }, (_, cluster) => cluster)
  await qemuIo(image, ...writes.map((n) => `write -P ${n + 1} ${n * CLUSTER} ${CLUSTER}`))
  await using device = await open(image)
  await discardEveryOther(device, 32)
}

/** Every cluster of `imageWithHoles` reads as it should, to QEMU. */
const readHoles = (image: string) =>
  qemuIo(
    image,
    ...Array.from(
      { length: 32 },
      (_, n) => `read -P ${n % 2 === 0 ? 0 : n + 1} ${n * CLUSTER} ${CLUSTER}`,
    ),
  )

describe.each(ways)('a compaction of the reference ($way)', ({ compact }) => {
  it.each([1, 8, 16, 64])(
    'left wrong refcounts in a strict image, without the dirty bit (%d bits)',
    async (bits) => {
      await using folder = await tempFolder()
      const image = folder.file('a.qcow2')
      await imageWithHoles(image, `lazy_refcounts=off,refcount_bits=${bits}`)
      const before = (await stat(image)).size
      await compact(image)
      expect((await stat(image)).size).toBeLessThanOrEqual(before - 15 * CLUSTER)
      expect(await qemuVerdict(image)).toBe('clean')
      await readHoles(image)
    },
  )

  it('destroyed the snapshot table, and the data of snapshots', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '4M')
    await qemuIo(image, 'write -P 1 0 2M')
    await qemuImg('snapshot', '-c', 'first', image)
    await qemuIo(image, 'write -P 2 512k 1M')
    await qemuImg('snapshot', '-c', 'second', image)
    await qemuIo(image, 'write -P 3 0 768k', 'write -P 4 3M 1M', 'discard 1M 512k')
    await compact(image)
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, 'read -P 3 0 768k', 'read -P 2 768k 256k', 'read -P 0 1M 512k')
    await qemuIo(image, 'read -P 1 1536k 512k', 'read -P 0 2M 1M', 'read -P 4 3M 1M')
    await qemuImg('snapshot', '-a', 'second', image)
    await qemuIo(image, 'read -P 1 0 512k', 'read -P 2 512k 1M', 'read -P 1 1536k 512k')
    await qemuImg('snapshot', '-a', 'first', image)
    await qemuIo(image, 'read -P 1 0 2M', 'read -P 0 2M 2M')
    expect(await qemuVerdict(image)).toBe('clean')
  })

  it('took zero-flag clusters for references to the header', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '4M')
    await qemuIo(image, 'write -P 5 0 3M', 'write -z 64k 64k', 'discard 128k 1M')
    await compact(image)
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, 'read -P 5 0 64k', 'read -P 0 64k 1088k', 'read -P 5 1152k 1920k')
  })

  it('could not be had of images with compressed clusters, subclusters, overlays or bitmaps', async () => {
    await using folder = await tempFolder()
    const base = folder.file('base.qcow2')
    const image = folder.file('a.qcow2')
    await createQcow2(base, '4M')
    await qemuIo(base, 'write -P 9 0 4M')
    await createQcow2(image, '4M', 'cluster_size=64k,extended_l2=on', '-b', base, '-F', 'qcow2')
    await qemuImg('bitmap', '--add', image, 'b0')
    await qemuIo(image, 'write -P 1 0 1M', 'write -c -P 2 1M 64k', 'write -P 3 2M 1M')
    await qemuIo(image, 'discard 64k 512k', 'write -z 2M 2k')
    await compact(image)
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, 'read -P 1 0 64k', 'read -P 0 64k 512k', 'read -P 1 576k 448k')
    await qemuIo(image, 'read -P 2 1M 64k', 'read -P 9 1088k 960k', 'read -P 0 2M 2k')
    await qemuIo(image, 'read -P 3 2050k 1022k', 'read -P 9 3M 1M')
  })

  it('said that it could not when there was nothing to compact', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '4M')
    await qemuIo(image, 'write -P 5 0 1M')
    const { size, mtimeNs } = await stat(image, { bigint: true })
    await compact(image)
    await compact(image)
    const after = await stat(image, { bigint: true })
    expect({ size: after.size, mtimeNs: after.mtimeNs }).toEqual({ size, mtimeNs })
    expect(await qemuVerdict(image)).toBe('clean')
  })
})

describe('an online compaction of the reference', () => {
  it('could not be cancelled', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await imageWithHoles(image)
    const before = (await stat(image)).size
    {
      await using device = await open(image)
      const controller = new AbortController()
      controller.abort()
      expect(await reasonOf(device.compact({ signal: controller.signal }))).toBe('cancelled')
      expect(device.stats().recycler?.sums.referenced).toBe(0)
      await device.compact()
    }
    expect((await stat(image)).size).toBeLessThan(before)
    expect(await qemuVerdict(image)).toBe('clean')
    await readHoles(image)
  })

  it('told lengths that were one cluster short', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await imageWithHoles(image)
    const before = (await stat(image)).size
    let cut = 0
    {
      await using device = await open(image)
      await device.compact().then((result) => {
        cut = result?.cut ?? 0
      })
      expect(device.stats().size).toBe((await stat(image)).size)
    }
    expect(before - (await stat(image)).size).toBe(cut)
  })

  it('held up the guest until it was done', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await imageWithHoles(image)
    {
      await using device = await open(image)
      const pause = new PauseSwitch()
      pause.pause()
      const compaction = device.compact({ pause })
      // It stands still for as long as this takes; nothing that the guest asks for waits for it.
      expect(await patternAt(device, CLUSTER, CLUSTER)).toBe(2)
      await device.write(filled(CLUSTER, 77), 31 * CLUSTER)
      await device.discard(3 * CLUSTER, CLUSTER)
      await device.flush()
      pause.resume()
      await compaction
      expect(await patternAt(device, 31 * CLUSTER, CLUSTER)).toBe(77)
    }
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuIo(image, `read -P 77 ${31 * CLUSTER} 64k`, `read -P 0 ${3 * CLUSTER} 64k`)
  })
})

describe('the recycler of the reference', () => {
  const recycling = { keepErased: 4 * CLUSTER, compactAfterUnmaps: 8 * CLUSTER }

  it('went on after its device was closed', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await imageWithHoles(image)
    const clock = new ManualClock()
    const device = await openDevice(nodeHost, image, { config: recycling, clock })
    const compaction = reasonOf(device.compact({ pause: paused() }))
    await device.close()
    expect(await compaction).toBe('recycler-stopped')
    expect(clock.waiting).toBe(0)
    expect(await qemuVerdict(image)).toBe('clean')
    await readHoles(image)
  })

  it('went round and round when there was junk, and nothing that could move', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '4M')
    await qemuIo(image, 'write -P 1 0 4M')
    // What is above the holes is shared with a snapshot, and stays where it is while the image is open.
    await qemuImg('snapshot', '-c', 'all', image)
    const clock = new ManualClock()
    {
      await using device = await openDevice(nodeHost, image, { config: recycling, clock })
      await device.write(filled(2 * MIB, 2), 0)
      await device.flush()
      await device.discard(0, 2 * MIB)
      // Each step ends: there is nothing to do before the clock moves again.
      for (let step = 0; step < 12; step++) {
        await device.idle()
        clock.advance(5000)
      }
      const { sums } = device.stats().recycler ?? {}
      await device.idle()
      clock.advance(60_000)
      await device.idle()
      expect(device.stats().recycler?.sums).toEqual(sums)
    }
    expect(await qemuVerdict(image)).toBe('clean')
    await qemuImg('snapshot', '-a', 'all', image)
    await qemuIo(image, 'read -P 1 0 4M')
  })

  it('turned refcounts lazy, and forgot the dirty bit, because it was told to discard', async () => {
    await using folder = await tempFolder()
    const image = folder.file('a.qcow2')
    await createQcow2(image, '4M', 'lazy_refcounts=off')
    await qemuIo(image, 'write -P 1 0 4M')
    {
      await using device = await open(image, { discard: true, ...recycling })
      await discardEveryOther(device, 64)
      const features = device.header()?.header
      expect(features).toMatchObject({
        compatibleFeatures: zeroWord,
        incompatibleFeatures: zeroWord,
      })
    }
    expect(await qemuVerdict(image)).toBe('clean')
  })
})

function paused(): PauseSwitch {
  const pause = new PauseSwitch()
  pause.pause()
  return pause
}
