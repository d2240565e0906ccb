import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { filled } from '../../../../helpers/devices.ts'
import { expectCleanAfterFlush, MemoryImage } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'
import { seededRandom } from '../../../../helpers/random.ts'
import { FaultFile, Faults, Pause } from '../../../../storage/fault-file.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'

const K = 1024
const builder = (options: BuilderOptions = {}) => new Qcow2Builder({ clusterBits: 12, ...options })

/** An image whose first write of data waits until the test lets it go on. */
function paused(made: Qcow2Builder) {
  const faults = new Faults()
  const pause = new Pause()
  const image = new MemoryImage(made, { wrap: (file) => new FaultFile(file, faults) })
  faults.add({ operation: 'write', tag: 'data', nth: 0, fault: pause })
  return { image, pause }
}

async function isDone(work: Promise<unknown>): Promise<boolean> {
  let done = false
  void work.then(() => {
    done = true
  })
  for (let turn = 0; turn < 5; turn++) await setImmediate()
  return done
}

describe('while a write is under way', () => {
  it('reads and writes of the same cluster wait, others go on', async () => {
    const { image, pause } = paused(builder().data(0, 1).data(5, 5))
    const write = image.writer.write(filled(K, 9), 0)
    await pause.reached
    const sameCluster = image.read(3 * K, K)
    const second = image.writer.write(filled(K, 8), 2 * K)
    expect(await isDone(sameCluster)).toBe(false)
    expect(await isDone(second)).toBe(false)
    expect(await image.valueAt(20 * K, 4 * K)).toBe(5)
    await image.writer.write(filled(K, 7), 24 * K)
    pause.release()
    await write
    await second
    expect((await sameCluster).every((byte) => byte === 1)).toBe(true)
    await expectCleanAfterFlush(image)
  })

  it('a disk that grows meanwhile keeps what is written to its new part', async () => {
    const image = new MemoryImage(builder({ virtualSize: 6 * K }))
    const { writer } = image
    const compressed = writer.writeCompressed(filled(2 * K, 1), 4 * K)
    const grown = writer.exclusively(async ({ tables }) => tables.setHeader({ size: 8 * K }))
    const write = grown.then(() => writer.write(filled(K, 2), 7 * K))
    await Promise.allSettled([compressed, write])
    await expect(write).resolves.toBeUndefined()
    expect(await image.valueAt(7 * K, K)).toBe(2)
  })

  it('a flush waits for it, and who comes after the flush waits for that', async () => {
    const { image, pause } = paused(builder())
    const write = image.writer.write(filled(K, 9), 0)
    await pause.reached
    const flush = image.writer.flush()
    const late = image.writer.write(filled(K, 8), 32 * K)
    expect(await isDone(flush)).toBe(false)
    expect(await isDone(late)).toBe(false)
    pause.release()
    await Promise.all([write, flush, late])
    expect(
      Buffer.from(await image.stored())
        .subarray(0, K)
        .equals(filled(K, 9)),
    ).toBe(true)
    await expectCleanAfterFlush(image)
  })

  it('closing waits for it', async () => {
    const { image, pause } = paused(builder())
    const write = image.writer.write(filled(K, 9), 0)
    await pause.reached
    const close = image.writer.close()
    expect(await isDone(close)).toBe(false)
    pause.release()
    await Promise.all([write, close])
    expect(await image.findings()).toEqual([])
    expect((await image.stored())[0]).toBe(9)
  })

  it('a change that needs all for itself waits, and sees it', async () => {
    const { image, pause } = paused(builder())
    const write = image.writer.write(filled(K, 9), 0)
    await pause.reached
    const seen = image.writer.exclusively(async ({ tables }) => {
      const entry = { high: 0, low: 0, alloc: 0, zeroes: 0 }
      tables.entry(0, entry)
      return entry.low
    })
    const read = image.read(0, K)
    pause.release()
    await write
    expect(await seen).toBeGreaterThan(0)
    expect((await read)[0]).toBe(9)
  })
})

it('writes to clusters of one table, all at once, share the tables that are made', async () => {
  const image = new MemoryImage(new Qcow2Builder({ clusterBits: 9, virtualSize: 256 * K }))
  await Promise.all(
    Array.from({ length: 512 }, (_, sector) =>
      image.writer.write(filled(512, 1 + (sector % 250)), sector * 512),
    ),
  )
  for (let sector = 0; sector < 512; sector++) {
    expect(await image.valueAt(sector * 512, 512)).toBe(1 + (sector % 250))
  }
  await expectCleanAfterFlush(image)
})

it('overlapping calls leave each byte as one of them wrote it', async () => {
  const random = seededRandom(5)
  const image = new MemoryImage(
    builder({ virtualSize: 64 * K })
      .data(3, 0)
      .compressed(4, 0),
  )
  const writers = Array.from({ length: 12 }, async (_, index) => {
    const value = index + 1
    for (let round = 0; round < 15; round++) {
      const at = random.below(60 * K)
      await image.writer.write(filled(1 + random.below(4 * K), value), at)
      if (round % 5 === 4) await image.writer.flush()
    }
  })
  const torn: number[] = []
  const reader = async () => {
    for (let round = 0; round < 60; round++) {
      for (const byte of await image.read(random.below(60 * K), 512)) {
        if (byte > 12) torn.push(byte)
      }
    }
  }
  await Promise.all([...writers, reader()])
  expect(torn).toEqual([])
  await expectCleanAfterFlush(image)
})

it('flushes that wait for the same writes are one', async () => {
  const lines: string[] = []
  const image = new MemoryImage(builder(), { wrap: (file) => new TraceFile(file, lines) })
  const calls = Array.from({ length: 10 }, async (_, cluster) => {
    await image.writer.write(filled(K, 9), cluster * 4 * K)
    await image.writer.flush()
  })
  await Promise.all(calls)
  // The first one may have begun before the last write was done.
  const flushes = lines.filter((line) => line === 'flush').length
  await image.writer.write(filled(K, 9), 60 * K)
  await image.writer.flush()
  const forOne = lines.filter((line) => line === 'flush').length - flushes
  expect(flushes).toBeLessThanOrEqual(2 * forOne)
  expect(await image.findings()).toEqual([])
})
