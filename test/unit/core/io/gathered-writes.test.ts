import { open, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { GatheredWrites } from '../../../../core/io/gathered-writes.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const filled = (length: number, value: number) => Buffer.alloc(length, value)

describe('writes that are gathered', () => {
  it('each go where they belong, whether they follow each other or not', async () => {
    await using folder = await tempFolder()
    const path = folder.file('a')
    await using handle = await open(path, 'w')
    const writes = new GatheredWrites(() => handle.fd)
    const expected = Buffer.alloc(3_000_000)
    // Neighbours up and down, gaps, one longer than a run, and nothing at all.
    const ranges = [
      [0, 1000],
      [1000, 1],
      [1001, 70_000],
      [500_000, 1_500_000],
      [2_000_000, 600_000],
      [2_600_000, 399_000],
      [300_000, 100],
      [200_000, 100_000],
      [2_999_000, 0],
      [2_999_000, 1000],
    ] as const
    await Promise.all(
      ranges.map(([at, length], index) => {
        expected.fill(index + 1, at, at + length)
        return writes.write(filled(length, index + 1), at)
      }),
    )
    expect((await readFile(path)).equals(expected)).toBe(true)
  })

  it('may be more at a time than one call of the system takes', async () => {
    await using folder = await tempFolder()
    const path = folder.file('a')
    await using handle = await open(path, 'w')
    const writes = new GatheredWrites(() => handle.fd)
    // Linux takes 1,024 pieces in a call (IOV_MAX).
    const count = 5000
    const expected = Buffer.alloc(count * 16)
    const all = Array.from({ length: count }, (_, index) => {
      expected.fill(index % 251, index * 16, (index + 1) * 16)
      return writes.write(filled(16, index % 251), index * 16)
    })
    await Promise.all(all)
    expect((await readFile(path)).equals(expected)).toBe(true)
  })

  it('fail together with the one they were gathered with, and not with later ones', async () => {
    await using folder = await tempFolder()
    const path = folder.file('a')
    await using handle = await open(path, 'w')
    await using reading = await open(path, 'r')
    let isWritable = false
    const writes = new GatheredWrites(() => (isWritable ? handle.fd : reading.fd))
    const outcomes = await Promise.allSettled([
      writes.write(filled(10, 1), 0),
      writes.write(filled(10, 2), 10),
    ])
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'EBADF' } },
      { status: 'rejected', reason: { code: 'EBADF' } },
    ])
    isWritable = true
    await writes.write(filled(5, 3), 0)
    expect(await readFile(path)).toEqual(filled(5, 3))
  })

  it('fail when their file was closed before their turn came', async () => {
    const writes = new GatheredWrites(() => {
      throw new Error('closed')
    })
    await expect(writes.write(filled(1, 1), 0)).rejects.toThrow('closed')
  })
})
