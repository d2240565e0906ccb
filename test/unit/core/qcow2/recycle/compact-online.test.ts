import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { PauseSwitch } from '../../../../../core/base/pause-switch.ts'
import { Recycler } from '../../../../../core/qcow2/recycle/recycler.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { filled, reasonOf } from '../../../../helpers/devices.ts'
import { ManualClock } from '../../../../helpers/manual-clock.ts'
import { expectCleanAfterFlush, MemoryImage } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import { Pause } from '../../../../storage/fault-file.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'
import {
  K,
  recycled,
  discardEven,
  expectContent,
  isEven,
  extentOf,
  withFaults,
} from './recycled.ts'

describe('compacting an open image', () => {
  it('makes the file as short as what is stored, and leaves the content as it was', async () => {
    const made = await recycled()
    await discardEven(made)
    const before = made.file.size()
    const outcome = await made.recycler.compact()
    expect(outcome).toMatchObject({ settled: true, cut: before - made.file.size() })
    // Header, refcount table, block, L1, L2 and 32 clusters of data.
    expect(made.file.size()).toBe((5 + 32) * K)
    await expectContent(made, isEven)
    await made.recycler.stop()
    await expectCleanAfterFlush(made.image)
  })

  it('writes nothing when there is nothing to gain', async () => {
    const lines: string[] = []
    const made = await recycled({}, { wrap: (file) => new TraceFile(file, lines) })
    lines.length = 0
    const outcome = await made.recycler.compact()
    expect(outcome).toEqual({ moved: 0, cut: 0, passes: 1, settled: true })
    expect(lines).toEqual([])
  })

  it('tells how far it is', async () => {
    const made = await recycled()
    await discardEven(made)
    const told: number[] = []
    await made.recycler.compact({
      onProgress: ({ done, total, unit }) => {
        expect([unit, total]).toEqual(['clusters', 16])
        told.push(done)
      },
    })
    expect([told[0], told.at(-1)]).toEqual([0, 16])
  })

  it('moves L2 tables, L1 table and refcount structures down as well', async () => {
    // Clusters of 512 bytes: an L2 table for each 64, a refcount block for each 256.
    const clusters = 6000
    const image = new MemoryImage(new Qcow2Builder({ clusterBits: 9, virtualSize: clusters * 512 }))
    const recycler = new Recycler(image.writer, {
      clock: new ManualClock(),
      keepErased: 0,
      compactAfterUnmaps: 0,
    })
    await recycler.start()
    for (let at = clusters - 64; at >= 0; at -= 64) {
      await image.writer.write(filled(64 * 512, 1 + ((at / 64) % 250)), at * 512)
    }
    await image.writer.discard(64 * 512, (clusters - 128) * 512)
    const before = image.file.size()
    await recycler.compact()
    recycler.assertConsistent()
    const { free, size } = extentOf(recycler)
    expect([free, size]).toEqual([0, image.file.size()])
    expect(size).toBeLessThan(before / 20)
    await recycler.stop()
    await expectCleanAfterFlush(image)
  })

  it('leaves in place what a snapshot holds too, and moves nothing in front of it for nothing', async () => {
    const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: 16 * K })
    for (let cluster = 0; cluster < 8; cluster++) builder.data(cluster, cluster + 1)
    builder.snapshot({ id: '1', name: 'kept' })
    const image = new MemoryImage(builder)
    const recycler = new Recycler(image.writer, {
      clock: new ManualClock(),
      asserts: true,
      keepErased: 0,
      compactAfterUnmaps: 0,
    })
    await recycler.start()
    for (let cluster = 8; cluster < 16; cluster++) {
      await image.writer.write(filled(K, cluster + 1), cluster * K)
    }
    await image.writer.flush()
    const shared = image.runAt(7)
    await image.writer.discard(8 * K, 4 * K)
    const outcome = await recycler.compact()
    expect(outcome.cut).toBe(4 * K)
    expect(image.runAt(7)).toBe(shared)
    expect(await recycler.compact()).toMatchObject({ moved: 0, cut: 0 })
    await recycler.stop()
    await expectCleanAfterFlush(image)
  })

  it('moves nothing in front of what stays where it is', async () => {
    const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: 16 * K })
    for (let cluster = 0; cluster < 16; cluster++) builder.data(cluster, cluster + 1)
    // Counted, and nobody knows by whom: it stays.
    builder.leak().build()
    for (let cluster = 0; cluster < 16; cluster += 2) {
      builder.setRefcount(builder.hostClusterOf(cluster), 0n).l2Entry(cluster, () => 0n)
    }
    const lines: string[] = []
    const image = new MemoryImage(builder, { wrap: (file) => new TraceFile(file, lines) })
    const options = {
      keepErased: 0,
      compactAfterUnmaps: 0,
      clock: new ManualClock(),
      asserts: true,
    }
    const recycler = new Recycler(image.writer, options)
    await recycler.start()
    expect(await recycler.compact()).toEqual({ moved: 0, cut: 0, passes: 1, settled: true })
    expect(lines).toEqual([])
    await recycler.stop()
  })

  it('takes a refcount block out of the way that lies last and is needed', async () => {
    const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: 16 * K })
    for (let cluster = 0; cluster < 16; cluster++) builder.data(cluster, cluster + 1)
    builder.leak().build()
    const last = builder.fileLength / K - 1
    const block = builder.refcountBlockCluster
    builder.setRefcount(block, 0n)
    builder.put(last * K, builder.bytes.subarray(block * K, (block + 1) * K))
    builder.refcountTableEntry(0, () => BigInt(last * K))
    const image = new MemoryImage(builder)
    const options = {
      keepErased: 0,
      compactAfterUnmaps: 0,
      clock: new ManualClock(),
      asserts: true,
    }
    const recycler = new Recycler(image.writer, options)
    await recycler.start()
    expect(await recycler.compact()).toMatchObject({ cut: K, settled: true })
    expect(image.file.size()).toBe(last * K)
    await recycler.stop()
    await expectCleanAfterFlush(image)
  })

  it('takes back what an unknown feature vouches for before it moves anything, and not sooner', async () => {
    const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: 16 * K })
    for (let cluster = 0; cluster < 16; cluster++) builder.data(cluster, cluster + 1)
    builder.header('autoclearFeatures', 0x80)
    for (let cluster = 0; cluster < 16; cluster += 2) {
      builder.setRefcount(builder.hostClusterOf(cluster), 0n).l2Entry(cluster, () => 0n)
    }
    const lines: string[] = []
    const image = new MemoryImage(builder, { wrap: (file) => new TraceFile(file, lines) })
    const recycler = new Recycler(image.writer, {
      clock: new ManualClock(),
      asserts: true,
      keepErased: 0,
      compactAfterUnmaps: 0,
    })
    await recycler.start()
    const autoclear = () => readHeaderArea(image.file).header.autoclearFeatures.low
    expect(autoclear()).toBe(0x80)
    expect(await recycler.compact()).toMatchObject({ moved: 4 * K, cut: 8 * K })
    const written = lines.filter((line) => line.startsWith('write') || line === 'flush')
    expect(written.slice(0, 2)).toEqual([expect.stringMatching('write header'), 'flush'])
    expect(autoclear()).toBe(0)
    await recycler.stop()
    await expectCleanAfterFlush(image)
  })

  it('refuses an encrypted image, whose clusters depend on where they lie', async () => {
    const image = new MemoryImage(new Qcow2Builder().header('cryptMethod', 1))
    const recycler = new Recycler(image.writer, { keepErased: 0, compactAfterUnmaps: 0 })
    expect(await reasonOf(recycler.start())).toBe('encrypted')
    expect(recycler.state).toBe('failed')
    await recycler.stop()
  })
})

describe('somebody who compacts', () => {
  it('can stop it, and then nothing is held and nothing moves any more', async () => {
    const { faults, wrap } = withFaults()
    const made = await recycled({}, { wrap })
    await discardEven(made)
    await made.writer.flush()
    const pause = new Pause()
    faults.add({ operation: 'write', tag: 'data', nth: 0, fault: pause })
    const controller = new AbortController()
    const compaction = reasonOf(made.recycler.compact({ signal: controller.signal }))
    await pause.reached
    controller.abort()
    pause.release()
    expect(await compaction).toBe('cancelled')
    const { now, sums, failures } = made.recycler.statistics
    expect([now.copies, sums.referenced, failures]).toEqual([0, 0, 0])
    expect(made.recycler.lastError).toBeUndefined()
    await expectCleanAfterFlush(made.image)
    expect(await made.recycler.compact()).toMatchObject({ settled: true, moved: 16 * K })
  })

  it('can stop it before its turn has come', async () => {
    const { faults, wrap } = withFaults()
    const made = await recycled({}, { wrap })
    await discardEven(made)
    await made.writer.flush()
    const pause = new Pause()
    faults.add({ operation: 'write', tag: 'data', nth: 0, fault: pause })
    const first = made.recycler.compact()
    await pause.reached
    const controller = new AbortController()
    const second = reasonOf(made.recycler.compact({ signal: controller.signal }))
    controller.abort()
    expect(await second).toBe('cancelled')
    pause.release()
    expect(await first).toMatchObject({ moved: 16 * K })
  })

  it('can hold it while the guest goes on, and let it go on', async () => {
    const made = await recycled()
    await discardEven(made)
    const pause = new PauseSwitch()
    pause.pause()
    const compaction = made.recycler.compact({ pause })
    await turn()
    expect(pause.isStanding).toBe(true)
    await made.writer.write(filled(K, 7), 63 * K)
    await made.writer.flush()
    expect(made.recycler.statistics.sums.copied).toBe(0)
    pause.resume()
    expect(await compaction).toMatchObject({ moved: 16 * K })
    expect(await made.image.valueAt(63 * K, K)).toBe(7)
  })

  it('is told when the recycler stops under it, also while it is held', async () => {
    const made = await recycled()
    await discardEven(made)
    const pause = new PauseSwitch()
    pause.pause()
    const running = reasonOf(made.recycler.compact({ pause }))
    const waiting = reasonOf(made.recycler.compact())
    await turn()
    await made.recycler.stop()
    expect(await Promise.all([running, waiting])).toEqual(['recycler-stopped', 'recycler-stopped'])
    expect(await reasonOf(made.recycler.compact())).toBe('recycler-stopped')
    expect(made.recycler.state).toBe('stopped')
    await expectCleanAfterFlush(made.image)
  })
})
