import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { PauseSwitch } from '../../../../../core/base/pause-switch.ts'
import { codecs } from '../../../../../core/io/codecs.ts'
import { Recycler, type RecyclerOptions } from '../../../../../core/qcow2/recycle/recycler.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { resizeDisk } from '../../../../../core/qcow2/resize/resize-disk.ts'
import { rebuildRefcounts } from '../../../../../core/qcow2/repair/rebuild-refcounts.ts'
import type { WritableFile } from '../../../../../core/storage/writable-file.ts'
import { filled, reasonOf } from '../../../../helpers/devices.ts'
import { ManualClock } from '../../../../helpers/manual-clock.ts'
import {
  expectCleanAfterFlush,
  MemoryImage,
  type MemoryImageOptions,
} from '../../../../helpers/memory-image.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'
import { FaultFile, Faults, Pause } from '../../../../storage/fault-file.ts'
import { SolidFile } from '../../../../storage/solid-file.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'

const K = 4096
const CLUSTERS = 64

/** A disk of 64 clusters, each filled with its number (1 to 64), open and recycled by a clock that stands. */
async function recycled(
  wishes: Partial<RecyclerOptions> = {},
  options: MemoryImageOptions & { readonly image?: BuilderOptions } = {},
) {
  const builder = new Qcow2Builder({
    clusterBits: 12,
    virtualSize: CLUSTERS * K,
    ...options.image,
  })
  for (let cluster = 0; cluster < CLUSTERS; cluster++) builder.data(cluster, cluster + 1)
  const image = new MemoryImage(builder, options)
  const clock = new ManualClock()
  const recycler = new Recycler(image.writer, {
    clock,
    asserts: true,
    keepErased: 0,
    compactAfterUnmaps: 0,
    ...wishes,
  })
  await recycler.start()
  onTestFinished(() => recycler.stop())
  return { image, clock, recycler, writer: image.writer, file: image.file }
}

type Recycled = Awaited<ReturnType<typeof recycled>>

const evenClusters = Array.from({ length: CLUSTERS / 2 }, (_, index) => index * 2)

async function discardEven({ writer }: Recycled): Promise<void> {
  for (const cluster of evenClusters) await writer.discard(cluster * K, K)
}

async function expectContent({ image }: Recycled, isGone: (cluster: number) => boolean) {
  for (let cluster = 0; cluster < CLUSTERS; cluster++) {
    expect(await image.valueAt(cluster * K, K)).toBe(isGone(cluster) ? 0 : cluster + 1)
  }
}

const isEven = (cluster: number) => cluster % 2 === 0

/** Bytes of free clusters, and of the file. */
function extentOf({ statistics: { now } }: Recycler): { free: number; size: number } {
  return { free: now.junk + now.erased + now.available + now.pendingFree, size: now.size }
}

/** Lets the clock run until the recycler has nothing to do for a while. */
async function pass({ clock, recycler }: Recycled, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await recycler.idle()
    clock.advance(1000)
  }
  await recycler.idle()
}

const withFaults = () => {
  const faults = new Faults()
  return { faults, wrap: (file: WritableFile) => new FaultFile(file, faults) }
}

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

describe('the guest, while clusters move,', () => {
  it('writes to a cluster whose copy is on the way, and finds what it wrote', async () => {
    const { faults, wrap } = withFaults()
    const made = await recycled({}, { wrap })
    await discardEven(made)
    await made.writer.flush()
    const last = CLUSTERS - 1
    const pause = new Pause()
    faults.add({ operation: 'write', tag: 'data', nth: 0, fault: pause })
    const compaction = made.recycler.compact()
    await pause.reached
    // All that moves is on the way: the guest does not wait for it.
    for (let cluster = 33; cluster < CLUSTERS; cluster += 2) {
      await made.writer.write(filled(K, 0xee), cluster * K)
    }
    expect(made.recycler.statistics.sums.cancelled).toBeGreaterThan(0)
    pause.release()
    await compaction
    expect(await made.image.valueAt(last * K, K)).toBe(0xee)
    await made.recycler.stop()
    await expectCleanAfterFlush(made.image)
    expect(made.file.size()).toBe((5 + 32) * K)
  })

  it('goes on reading where its read began, though the cluster could move meanwhile', async () => {
    const { faults, wrap } = withFaults()
    const made = await recycled({}, { wrap })
    await discardEven(made)
    await made.writer.flush()
    const last = CLUSTERS - 1
    const pause = new Pause()
    faults.add({ operation: 'read', tag: 'data', nth: 0, fault: pause })
    const reading = made.image.read(last * K, K)
    await pause.reached
    const before = made.image.runAt(last)
    await made.recycler.compact()
    expect(made.image.runAt(last)).toBe(before)
    await made.writer.write(filled(40 * K, 0xee), 0)
    pause.release()
    expect([...new Set(await reading)]).toEqual([CLUSTERS])
    await made.recycler.compact()
    expect(made.image.runAt(last)).not.toBe(before)
  })

  it('reads a cluster that is copied already, and so keeps it from moving for as long as it reads', async () => {
    const { faults, wrap } = withFaults()
    const made = await recycled({}, { wrap })
    await discardEven(made)
    await made.writer.flush()
    const last = CLUSTERS - 1
    const copying = new Pause()
    faults.add({ operation: 'write', tag: 'data', nth: 0, fault: copying })
    const compaction = made.recycler.compact()
    await copying.reached
    const place = made.image.runAt(last)
    const reads = new Pause()
    const offset = Number(place.slice('data at '.length))
    const range = { at: offset, length: K }
    faults.add({ operation: 'read', tag: 'data', range, nth: 0, fault: reads })
    const reading = made.image.read(last * K, K)
    await reads.reached
    copying.release()
    await compaction
    expect(made.image.runAt(last)).toBe(place)
    reads.release()
    expect([...new Set(await reading)]).toEqual([CLUSTERS])
    await expectContent(made, isEven)
  })

  it('waits for no copy: a flush ends while one is on the way', async () => {
    const { faults, wrap } = withFaults()
    const made = await recycled({}, { wrap })
    await discardEven(made)
    await made.writer.flush()
    const pause = new Pause()
    faults.add({ operation: 'write', tag: 'data', nth: 0, fault: pause })
    const compaction = made.recycler.compact()
    await pause.reached
    await made.writer.write(filled(K, 9), 0)
    await made.writer.flush()
    expect(await made.image.valueAt(0, K)).toBe(9)
    pause.release()
    await compaction
  })

  it('has the image as a whole changed only when nothing is on the way', async () => {
    const { faults, wrap } = withFaults()
    const made = await recycled({}, { wrap })
    await discardEven(made)
    await made.writer.flush()
    const pause = new Pause()
    faults.add({ operation: 'write', tag: 'data', nth: 0, fault: pause })
    const compaction = made.recycler.compact()
    await pause.reached
    let isDone = false
    const restructured = made.writer
      .restructure((file, area) => rebuildRefcounts(file, area))
      .then(() => {
        isDone = true
      })
    await turn()
    expect(isDone).toBe(false)
    pause.release()
    await restructured
    expect(await compaction).toMatchObject({ settled: true })
    expect(made.file.size()).toBe((5 + 32) * K)
    await expectContent(made, isEven)
  })
})

describe('a disk that gets another size while clusters move', () => {
  for (const clusters of [40, 80]) {
    it(`has what it should have (${clusters} clusters instead of ${CLUSTERS})`, async () => {
      const { faults, wrap } = withFaults()
      const made = await recycled({}, { wrap })
      await discardEven(made)
      await made.writer.flush()
      const pause = new Pause()
      faults.add({ operation: 'write', tag: 'data', nth: 0, fault: pause })
      const compaction = made.recycler.compact()
      await pause.reached
      const resized = made.writer.exclusively(({ tables, backing, dataFile }) => {
        const wish = { size: clusters * K, preallocation: 'off' } as const
        return resizeDisk({ tables, backing, dataFile, codecs }, wish, {})
      })
      await turn()
      pause.release()
      await resized
      await compaction
      expect(made.recycler.lastError).toBeUndefined()
      const kept = Math.min(clusters, CLUSTERS)
      for (let cluster = 0; cluster < clusters; cluster++) {
        const expected = isEven(cluster) || cluster >= kept ? 0 : cluster + 1
        expect(await made.image.valueAt(cluster * K, K)).toBe(expected)
      }
      expect(made.file.size()).toBe((5 + kept / 2) * K)
      await made.recycler.stop()
      await expectCleanAfterFlush(made.image)
    })
  }
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

describe('by itself, the recycler', () => {
  it('does nothing, and lets no time pass, until there is something to do', async () => {
    const made = await recycled({ keepErased: 64 * K, compactAfterUnmaps: K })
    await made.recycler.idle()
    expect(made.clock.waiting).toBe(0)
    expect(made.recycler.statistics.sums).toMatchObject({ erased: 0, referenced: 0, cut: 0 })
  })

  for (const canPunch of [true, false]) {
    it(`keeps so many clusters zeroed, the lowest (${canPunch ? 'as holes' : 'written'})`, async () => {
      const wrap = canPunch
        ? (file: WritableFile) => file
        : (file: WritableFile) => new SolidFile(file)
      const made = await recycled({ keepErased: 5 * K }, { wrap })
      await discardEven(made)
      await made.writer.flush()
      await made.recycler.idle()
      expect(made.recycler.statistics.now).toMatchObject({
        erased: 5 * K,
        available: 0,
        junk: 27 * K,
      })
      await pass(made, 5)
      expect(made.recycler.statistics.now).toMatchObject({ erased: 0, available: 5 * K })
      const lowest = new Uint8Array(K)
      made.file.readNow(lowest, 4 * K)
      expect([...new Set(lowest)]).toEqual([0])
      await made.recycler.stop()
      await expectCleanAfterFlush(made.image)
    })
  }

  it('spares the guest the zeroes around a small write into a new cluster', async () => {
    const lines: string[] = []
    const made = await recycled(
      { keepErased: 2 * K },
      { wrap: (file) => new TraceFile(file, lines) },
    )
    await made.writer.discard(0, 4 * K)
    await made.writer.flush()
    await pass(made, 5)
    lines.length = 0
    await made.writer.write(filled(512, 3), K + 512)
    const writes = lines.filter((line) => line.startsWith('write'))
    expect(writes).toEqual([`write data ${4 * K + 512}+512`])
    expect(await made.image.valueAt(K, 512)).toBe(0)
    await made.recycler.stop()
    await expectCleanAfterFlush(made.image)
  })

  it('makes freed clusters free after five seconds, when nobody else flushes, and cuts the tail', async () => {
    const made = await recycled()
    await made.writer.discard(60 * K, 4 * K)
    await pass(made, 4)
    expect(made.recycler.statistics.now.pendingFree).toBe(4 * K)
    await pass(made, 1)
    expect(made.recycler.statistics.now.pendingFree).toBe(0)
    expect(made.file.size()).toBe((5 + 60) * K)
    expect(made.clock.waiting).toBe(0)
  })

  it('compacts once enough was unmapped and nothing more is for five seconds', async () => {
    const made = await recycled({ compactAfterUnmaps: 10 * K })
    for (const cluster of evenClusters.slice(0, 10)) await made.writer.discard(cluster * K, K)
    await pass(made, 30)
    expect(made.recycler.statistics.sums.referenced).toBe(0)
    for (const cluster of evenClusters.slice(10)) {
      await made.writer.discard(cluster * K, K)
      await pass(made, 1)
    }
    expect(made.recycler.statistics.sums.referenced).toBe(0)
    await pass(made, 10)
    expect(made.recycler.statistics.sums.referenced).toBe(16 * K)
    expect(made.file.size()).toBe((5 + 32) * K)
    await expectContent(made, isEven)
    expect(made.clock.waiting).toBe(0)
  })

  it('takes what a discarding guest gave back to the host for erased', async () => {
    const made = await recycled({ keepErased: K }, { discard: true })
    await discardEven(made)
    await made.writer.flush()
    expect(made.recycler.statistics.now).toMatchObject({ erased: 32 * K, junk: 0 })
    await pass(made, 10)
    expect(made.recycler.statistics.now).toMatchObject({ available: 32 * K })
    expect(await made.recycler.compact()).toMatchObject({ settled: true })
    expect(made.file.size()).toBe((5 + 32) * K)
    await expectContent(made, isEven)
  })

  it('ends with the image, though nobody stopped it', async () => {
    const made = await recycled({ keepErased: 5 * K, compactAfterUnmaps: K })
    await discardEven(made)
    await made.writer.close()
    await made.recycler.stop()
    expect(made.recycler.state).toBe('stopped')
    expect(made.clock.waiting).toBe(0)
    expect(await made.image.findings()).toEqual([])
  })

  it('goes on with the tables that a restructured image has', async () => {
    const made = await recycled({ keepErased: 3 * K })
    await discardEven(made)
    await made.writer.restructure((file, area) => rebuildRefcounts(file, area))
    await pass(made, 5)
    made.recycler.assertConsistent()
    expect(made.recycler.statistics.now.available).toBe(3 * K)
    await made.recycler.stop()
    await expectCleanAfterFlush(made.image)
  })
})
