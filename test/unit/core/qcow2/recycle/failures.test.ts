import { describe, expect, it, onTestFinished } from 'vitest'
import { Recycler, type RecyclerOptions } from '../../../../../core/qcow2/recycle/recycler.ts'
import type { WritableFile } from '../../../../../core/storage/writable-file.ts'
import { filled, reasonOf } from '../../../../helpers/devices.ts'
import { ManualClock } from '../../../../helpers/manual-clock.ts'
import { expectCleanAfterFlush, MemoryImage } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'
import { FaultFile, Faults } from '../../../../storage/fault-file.ts'
import { SolidFile } from '../../../../storage/solid-file.ts'

const K = 4096
const CLUSTERS = 48

/** A disk whose even clusters were discarded, durably, on a file that fails as it is told. */
async function recycled(wishes: Partial<RecyclerOptions>, isSolid = false) {
  const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: CLUSTERS * K })
  for (let cluster = 0; cluster < CLUSTERS; cluster++) builder.data(cluster, cluster + 1)
  const faults = new Faults()
  const wrap = (file: WritableFile) => new FaultFile(isSolid ? new SolidFile(file) : file, faults)
  const image = new MemoryImage(builder, { wrap })
  for (let cluster = 0; cluster < CLUSTERS; cluster += 2) {
    await image.writer.discard(cluster * K, K)
  }
  await image.writer.flush()
  const clock = new ManualClock()
  const recycler = new Recycler(image.writer, {
    clock,
    asserts: true,
    keepErased: 0,
    compactAfterUnmaps: 0,
    ...wishes,
  })
  onTestFinished(() => recycler.stop())
  return { image, faults, clock, recycler, writer: image.writer }
}

type Recycled = Awaited<ReturnType<typeof recycled>>

async function pass({ clock, recycler }: Recycled, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await recycler.idle()
    clock.advance(1000)
  }
  await recycler.idle()
}

async function expectWhole({ image, recycler }: Recycled): Promise<void> {
  recycler.assertConsistent()
  await recycler.stop()
  await expectCleanAfterFlush(image)
  for (let cluster = 0; cluster < CLUSTERS; cluster++) {
    const expected = cluster % 2 === 0 ? 0 : cluster + 1
    expect(await image.valueAt(cluster * K, K)).toBe(expected)
  }
}

describe('a job that fails is told and tried again:', () => {
  for (const [what, isSolid, rule] of [
    ['a hole', false, { operation: 'punch' }],
    ['zeroes', true, { operation: 'write', tag: 'data' }],
  ] as const) {
    it(`erasing by ${what}`, async () => {
      const made = await recycled({ keepErased: 4 * K }, isSolid)
      made.faults.add({ ...rule, nth: 0, fault: 'EIO' })
      await made.recycler.start()
      await made.recycler.idle()
      expect(made.recycler.lastError?.reason).toBe('write-failed')
      expect(made.recycler.statistics).toMatchObject({ failures: 1, now: { erased: 0, roots: 0 } })
      await pass(made, 4)
      expect(made.recycler.statistics.now.erased).toBe(0)
      await pass(made, 1)
      expect(made.recycler.statistics).toMatchObject({ failures: 1, now: { erased: 4 * K } })
      await expectWhole(made)
    })
  }

  for (const rule of [
    { operation: 'read', tag: 'data' },
    { operation: 'write', tag: 'data' },
    { operation: 'write', tag: 'refcount-block' },
    { operation: 'write', tag: 'l2-table' },
    { operation: 'truncate' },
  ] as const) {
    const name = 'tag' in rule ? `${rule.operation} ${rule.tag}` : rule.operation
    for (const nth of [0, 1, 2]) {
      it(`compacting by itself (${name}, the ${nth + 1}. one)`, async () => {
        const made = await recycled({ compactAfterUnmaps: K })
        await made.recycler.start()
        await made.writer.discard(K, K)
        await made.writer.write(filled(K, 2), K)
        await made.writer.discard(3 * K, K)
        await made.writer.write(filled(K, 4), 3 * K)
        await made.writer.discard(0, 2 * K)
        await made.writer.write(filled(K, 2), K)
        made.faults.add({ ...rule, nth, fault: 'ENOSPC' })
        await pass(made, 40)
        const { fired } = made.faults
        made.faults.clear()
        expect(made.recycler.statistics.failures).toBe(fired)
        expect(made.recycler.state).toBe('running')
        await pass(made, 20)
        expect(made.image.file.size()).toBe((5 + CLUSTERS / 2) * K)
        await expectWhole(made)
      })

      it(`compacting for somebody, who is told (${name}, the ${nth + 1}. one)`, async () => {
        const made = await recycled({})
        await made.recycler.start()
        made.faults.add({ ...rule, nth, fault: 'EIO' })
        const reason = await reasonOf(made.recycler.compact())
        made.faults.clear()
        const { failures, now } = made.recycler.statistics
        expect([failures, now.copies]).toEqual([made.faults.fired, 0])
        const expected = rule.operation === 'read' ? 'read-failed' : 'write-failed'
        expect(reason).toBe(made.faults.fired === 0 ? 'none' : expected)
        await made.recycler.compact()
        expect(made.image.file.size()).toBe((5 + CLUSTERS / 2) * K)
        await expectWhole(made)
      })
    }
  }
})

describe('a flush that fails', () => {
  for (let nth = 0; nth < 4; nth++) {
    it(`ends the recycler as it ends the image (the ${nth + 1}. one)`, async () => {
      const made = await recycled({ keepErased: 4 * K })
      await made.recycler.start()
      await made.recycler.idle()
      made.faults.add({ operation: 'flush', nth, fault: 'EIO' })
      const reason = await reasonOf(made.recycler.compact())
      expect(reason).toBe('flush-failed')
      await made.recycler.idle()
      expect(made.recycler.state).toBe('failed')
      expect(made.recycler.lastError?.reason).toBe('flush-failed')
      expect(await reasonOf(made.recycler.compact())).toBe('recycler-stopped')
      expect(await reasonOf(made.writer.write(filled(K, 1), 0))).toBe('device-failed')
      // What the guest wrote can still be read.
      expect(await made.image.valueAt(3 * K, K)).toBe(4)
      const findings = await made.image.findings()
      expect(findings.filter((line) => !line.startsWith('leak'))).toEqual([])
      expect(made.clock.waiting).toBe(0)
    })
  }
})

it('the guest goes on without a recycler that found a contradiction', async () => {
  const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: CLUSTERS * K })
  for (let cluster = 0; cluster < CLUSTERS; cluster++) builder.data(cluster, cluster + 1)
  // Counted as free, and in use.
  builder.build().setRefcount(builder.hostClusterOf(7), 0n)
  const image = new MemoryImage(builder)
  const options = { keepErased: 0, compactAfterUnmaps: 0, clock: new ManualClock() }
  const recycler = new Recycler(image.writer, options)
  await recycler.start()
  await image.writer.discard(7 * K, K)
  await recycler.idle()
  expect(recycler.state).toBe('failed')
  expect(recycler.lastError?.reason).toBe('recycler-contradiction')
  await image.writer.write(filled(K, 9), 9 * K)
  await image.writer.flush()
  expect(await image.valueAt(9 * K, K)).toBe(9)
  await recycler.stop()
})
