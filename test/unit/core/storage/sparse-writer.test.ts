import { expect, test } from 'vitest'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { SparseWriter } from '../../../../core/storage/sparse-writer.ts'

const BLOCK = 4096

/** A file that notes where it is written to. */
class NotingFile extends MemoryFile {
  readonly writes: (readonly [from: number, to: number])[] = []

  override async write(from: Uint8Array, at: number): Promise<void> {
    this.writes.push([at, at + from.length])
    await super.write(from, at)
  }
}

test.each([
  { name: 'data is one write', at: 0, data: [[0, 5 * BLOCK]], writes: [[0, 5 * BLOCK]] },
  { name: 'zeroes are none', at: 0, data: [], writes: [] },
  {
    name: 'whole blocks of zeroes between data stay holes',
    at: 0,
    data: [
      [0, BLOCK],
      [3 * BLOCK, 5 * BLOCK],
    ],
    writes: [
      [0, BLOCK],
      [3 * BLOCK, 5 * BLOCK],
    ],
  },
  {
    name: 'shorter zeroes are written',
    at: 0,
    data: [
      [0, 100],
      [BLOCK + 10, 5 * BLOCK],
    ],
    writes: [[0, 5 * BLOCK]],
  },
  {
    name: 'blocks are those of the file',
    at: BLOCK + 512,
    data: [[3 * BLOCK, 3 * BLOCK + 1]],
    writes: [[4 * BLOCK, 5 * BLOCK]],
  },
] as const)('$name', async ({ at, data, writes }) => {
  const file = new NotingFile({ size: 64 * BLOCK })
  const writer = new SparseWriter(file)
  const bytes = new Uint8Array(5 * BLOCK)
  for (const [from, to] of data) bytes.fill(9, from, to)
  await writer.write(bytes, at)
  expect(file.writes).toEqual(writes)
  expect(writer.written).toBe(writes.reduce((sum, [from, to]) => sum + to - from, 0))
  const back = new Uint8Array(bytes.length)
  file.readNow(back, at)
  expect(back).toEqual(bytes)
})
