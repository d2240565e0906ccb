import { describe, expect, it } from 'vitest'
import { rebuildRefcounts } from '../../../../../core/qcow2/repair/rebuild-refcounts.ts'
import type { WritableFile } from '../../../../../core/storage/writable-file.ts'
import { filled } from '../../../../helpers/devices.ts'
import { expectCleanAfterFlush } from '../../../../helpers/memory-image.ts'
import { SolidFile } from '../../../../storage/solid-file.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'
import { K, recycled, evenClusters, discardEven, expectContent, isEven, pass } from './recycled.ts'

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
