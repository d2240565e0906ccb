/** What a recycler makes of images that others left in an odd state, and of calls at odd moments. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { codecs } from '../../../../../core/io/codecs.ts'
import { ImageError } from '../../../../../core/errors/image-error.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { Qcow2Writer } from '../../../../../core/qcow2/qcow2-writer.ts'
import { Recycler, type RecyclerOptions } from '../../../../../core/qcow2/recycle/recycler.ts'
import { rebuildRefcounts } from '../../../../../core/qcow2/repair/rebuild-refcounts.ts'
import { resizeDisk } from '../../../../../core/qcow2/resize/resize-disk.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import type { WritableFile } from '../../../../../core/storage/writable-file.ts'
import { filled, reasonOf } from '../../../../helpers/devices.ts'
import { ManualClock } from '../../../../helpers/manual-clock.ts'
import { MemoryImage } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import { FaultFile, Faults, Pause } from '../../../../storage/fault-file.ts'
import { SolidFile } from '../../../../storage/solid-file.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'

const S = 512

function recyclerOf(writer: Qcow2Writer, wishes: Partial<RecyclerOptions> = {}) {
  const clock = new ManualClock()
  const options = { clock, asserts: true, keepErased: 0, compactAfterUnmaps: 0, ...wishes }
  const recycler = new Recycler(writer, options)
  onTestFinished(() => recycler.stop())
  return { recycler, clock }
}

describe.each([
  ['holes', (file: WritableFile) => file],
  ['zeroes', (file: WritableFile) => new SolidFile(file)],
])('a file with a tail that no refcount block counts, erased by %s,', (_, wrap) => {
  it('gives the guest nothing of it before it is counted', async () => {
    const builder = new Qcow2Builder({ clusterBits: 9, virtualSize: 600 * S }).data(0, 1)
    const memory = new MemoryFile(builder.bytes)
    // One block counts 256 clusters of this size.
    memory.truncate(1000 * S)
    const file = wrap(memory)
    const writer = new Qcow2Writer({ file, area: readHeaderArea(file), codecs })
    const { recycler } = recyclerOf(writer, { keepErased: 700 * S })
    await recycler.start()
    await recycler.idle()
    await writer.write(filled(S, 2), 0)
    await writer.flush()
    for (let cluster = 0; cluster < 600; cluster++) {
      await writer.write(filled(S, 1 + (cluster % 250)), cluster * S)
    }
    expect(recycler.state).toBe('running')
    for (let cluster = 0; cluster < 600; cluster++) {
      const bytes = filled(S, 0)
      await writer.read(bytes, cluster * S)
      expect(bytes).toEqual(filled(S, 1 + (cluster % 250)))
    }
  })
})

it('an entry that leads far beyond the file stays, and costs a compaction no time', async () => {
  const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: 48 * 4096 })
  for (let cluster = 0; cluster < 48; cluster++) builder.data(cluster, cluster + 1)
  builder.build().l2Entry(47, () => (1n << 63n) | (1n << 54n))
  const image = new MemoryImage(builder)
  for (let cluster = 0; cluster < 30; cluster++) await image.writer.discard(cluster * 4096, 4096)
  const { recycler } = recyclerOf(image.writer)
  await recycler.start()
  const before = image.runAt(47)
  const started = performance.now()
  expect((await recycler.compact()).settled).toBe(true)
  expect(performance.now() - started).toBeLessThan(2000)
  expect(image.runAt(47)).toBe(before)
  expect(await image.valueAt(46 * 4096, 4096)).toBe(47)
})

/** A file that its server forgets (ESTALE). */
class ForgottenFile extends TraceFile {
  isForgotten = false

  override size(): number {
    if (!this.isForgotten) return super.size()
    throw new ImageError('read-failed', { path: this.name, errno: 'ESTALE' })
  }
}

it('a file that cannot even be asked for its length is a failure like others', async () => {
  const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: 48 * 4096 })
  for (let cluster = 0; cluster < 48; cluster++) builder.data(cluster, cluster + 1)
  const file = new ForgottenFile(new MemoryFile(builder.bytes))
  const writer = new Qcow2Writer({ file, area: readHeaderArea(file), codecs })
  const { recycler, clock } = recyclerOf(writer)
  await recycler.start()
  // The table is in memory from here on, and there is something free.
  await writer.discard(4096, 2 * 4096)
  await writer.flush()
  await recycler.idle()
  file.isForgotten = true
  await writer.write(filled(4096, 3), 2 * 4096)
  await recycler.idle()
  expect([recycler.state, recycler.lastError?.reason]).toEqual(['running', 'read-failed'])
  file.isForgotten = false
  clock.advance(10_000)
  await recycler.idle()
  await recycler.compact()
  expect(recycler.statistics).toMatchObject({ failures: 1, now: { junk: 0 } })
})

/** Takes its time for tables, so that whoever looks at all of them has to rest. */
class SlowTables extends TraceFile {
  #awaited: { readonly resolve: () => void; left: number } | undefined

  /** Resolves when so many more tables were read. */
  tablesRead(left: number): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { resolve, left }
    })
  }

  override readNow(...[into, at, tag]: Parameters<WritableFile['readNow']>): void {
    super.readNow(into, at, tag)
    if (tag !== 'l2-table') return
    if (this.#awaited !== undefined && --this.#awaited.left === 0) this.#awaited.resolve()
    for (const until = performance.now() + 2; performance.now() < until;);
  }
}

it('a compaction looks anew when the tables are others than those it looks at', async () => {
  const clusters = 32 * 64
  const builder = new Qcow2Builder({ clusterBits: 9, virtualSize: clusters * S })
  let slow: SlowTables | undefined
  const image = new MemoryImage(builder, { wrap: (file) => (slow = new SlowTables(file)) })
  const { writer } = image
  for (let at = 0; at < clusters; at += 64) await writer.write(filled(64 * S, 1), at * S)
  await writer.discard(0, (clusters / 4) * S)
  // Nothing of the tables is in memory afterwards.
  const countAnew = () => writer.restructure((file, area) => rebuildRefcounts(file, area))
  await countAnew()
  const { recycler } = recyclerOf(writer, { asserts: false })
  await recycler.start()
  const amidst = slow?.tablesRead(8)
  const compaction = recycler.compact()
  await amidst
  await countAnew()
  await writer.exclusively(({ tables, backing, dataFile }) => {
    const wish = { size: (clusters / 2) * S, preallocation: 'off' } as const
    return resizeDisk({ tables, backing, dataFile, codecs }, wish, {})
  })
  expect((await compaction).settled).toBe(true)
  expect(recycler.lastError).toBeUndefined()
  await recycler.stop()
  await writer.flush()
  await writer.flush()
  expect(await image.findings()).toEqual([])
})

it('a compaction that nobody wants any more waits for no other', async () => {
  const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: 48 * 4096 })
  for (let cluster = 0; cluster < 48; cluster++) builder.data(cluster, cluster + 1)
  const faults = new Faults()
  const image = new MemoryImage(builder, { wrap: (file) => new FaultFile(file, faults) })
  await image.writer.discard(0, 20 * 4096)
  const { recycler } = recyclerOf(image.writer)
  await recycler.start()
  const copying = new Pause()
  faults.add({ operation: 'read', tag: 'data', nth: 0, fault: copying })
  const first = recycler.compact()
  await copying.reached
  const signal = AbortSignal.abort()
  expect(await reasonOf(recycler.compact({ signal }))).toBe('cancelled')
  copying.release()
  expect((await first).settled).toBe(true)
})

it('what the guest wrote where a move was to go stays, whatever moves beside it', async () => {
  const K = 4096
  const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: 48 * K })
  for (let cluster = 0; cluster < 48; cluster++) builder.data(cluster, cluster + 1)
  const faults = new Faults()
  const image = new MemoryImage(builder, { wrap: (file) => new FaultFile(file, faults) })
  const { writer } = image
  // Neighbours behind the L2 table: clusters 40 to 47 move there in one chunk.
  await writer.discard(K, 8 * K)
  await writer.flush()
  const { recycler } = recyclerOf(writer)
  await recycler.start()
  let asked = 0
  const pause = {
    get isPaused() {
      // Between planning and copying.
      return ++asked === 3
    },
    untilResumed: () => writer.write(filled(K, 0xa1), 41 * K),
  }
  const copying = new Pause()
  faults.add({ operation: 'read', tag: 'data', nth: 0, fault: copying })
  const compaction = recycler.compact({ pause })
  await copying.reached
  // Now 40 is on its way, and 42 to 47 are the next piece.
  expect(recycler.statistics.sums).toMatchObject({ copied: 0, cancelled: K })
  await writer.write(filled(K, 0xa2), 42 * K)
  const places = [image.runAt(41), image.runAt(42)]
  await writer.write(filled(2 * K, 0xb0), K)
  copying.release()
  expect((await compaction).settled).toBe(true)
  expect(places).not.toContain(image.runAt(1))
  for (const [guest, value] of [
    [1, 0xb0],
    [2, 0xb0],
    [40, 41],
    [41, 0xa1],
    [42, 0xa2],
    [43, 44],
  ] as const) {
    expect(await image.valueAt(guest * K, K), `cluster ${guest}`).toBe(value)
  }
})

it('a flush that failed is told once, though the recycler waited for the same one', async () => {
  const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: 48 * 4096 })
  for (let cluster = 0; cluster < 48; cluster++) builder.data(cluster, cluster + 1)
  const faults = new Faults()
  const image = new MemoryImage(builder, { wrap: (file) => new FaultFile(file, faults) })
  const { writer } = image
  const { recycler, clock } = recyclerOf(writer)
  await recycler.start()
  await writer.discard(4096, 4096)
  await writer.write(filled(4096, 3), 2 * 4096)
  await recycler.idle()
  const [first, second] = [new Pause(), new Pause()]
  faults.add({ operation: 'flush', nth: 0, fault: first })
  faults.add({ operation: 'flush', nth: 1, fault: second })
  // The recycler flushes the file, and waits for a commit of its own then.
  clock.advance(5000)
  await first.reached
  const flushed = reasonOf(writer.flush())
  await second.reached
  first.release()
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  faults.add({ operation: 'flush', nth: 0, fault: 'EIO' })
  second.release()
  expect(await flushed).toBe('flush-failed')
  await recycler.stop()
  expect(await reasonOf(writer.close())).toBe('none')
})
