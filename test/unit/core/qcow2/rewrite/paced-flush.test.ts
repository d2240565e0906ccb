import { expect, test } from 'vitest'
import { ImageError } from '../../../../../core/errors/image-error.ts'
import { PacedFlush } from '../../../../../core/qcow2/rewrite/paced-flush.ts'

const MiB = 2 ** 20

/** A disk that takes `msPerMiB` for every MiB that waits for it. */
function slowDisk(msPerMiB: number) {
  let time = 0
  const disk = { written: 0, longest: 0, flushes: 0 }
  const flush = async () => {
    const took = (disk.written / MiB) * msPerMiB
    disk.longest = disk.flushes < 8 ? 0 : Math.max(disk.longest, took)
    disk.written = 0
    disk.flushes++
    time += took
  }
  return { disk, pace: new PacedFlush({ flush }, () => time) }
}

test.each([0.1, 1, 5])(
  'no flush lasts much longer than a cancel may, at %d ms a MiB',
  async (speed) => {
    const { disk, pace } = slowDisk(speed)
    for (let piece = 0; piece < 2000; piece++) {
      disk.written += 4 * MiB
      await pace.wrote(4 * MiB)
      await pace.settled()
    }
    expect(disk.longest).toBeLessThanOrEqual(150)
    expect(disk.flushes).toBeGreaterThan(20)
    // What is left for the last one is no more than for the others.
    expect((disk.written / MiB) * speed).toBeLessThanOrEqual(150)
  },
)

test('who writes waits for a disk that cannot follow', async () => {
  let release = () => {}
  let flushes = 0
  const flush = () =>
    new Promise<void>((resolve) => {
      flushes++
      release = resolve
    })
  const pace = new PacedFlush({ flush })
  await pace.wrote(8 * MiB)
  await pace.wrote(8 * MiB)
  let isThrough = false
  const waiting = pace.wrote(8 * MiB).then(() => {
    isThrough = true
  })
  await Promise.resolve()
  expect([isThrough, flushes]).toEqual([false, 1])
  release()
  await waiting
  expect(flushes).toBe(2)
  release()
  await pace.settled()
})

test('a flush that failed is told, and settling throws nothing', async () => {
  const flush = () => Promise.reject(new ImageError('flush-failed', { errno: 'EIO' }))
  const pace = new PacedFlush({ flush })
  await pace.wrote(8 * MiB)
  await pace.settled()
  await expect(pace.wrote(1)).rejects.toMatchObject({ reason: 'flush-failed' })
})
