import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { codecs } from '../../../../../core/io/codecs.ts'
import { resizeDisk } from '../../../../../core/qcow2/resize/resize-disk.ts'
import { rebuildRefcounts } from '../../../../../core/qcow2/repair/rebuild-refcounts.ts'
import { filled } from '../../../../helpers/devices.ts'
import { expectCleanAfterFlush } from '../../../../helpers/memory-image.ts'
import { Pause } from '../../../../storage/fault-file.ts'
import {
  K,
  CLUSTERS,
  recycled,
  discardEven,
  expectContent,
  isEven,
  withFaults,
} from './recycled.ts'

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
