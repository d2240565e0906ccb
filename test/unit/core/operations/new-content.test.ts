import { expect, it } from 'vitest'
import { piecesOf, type NewContent } from '../../../../core/operations/new-content.ts'
import { seededRandom } from '../../../helpers/random.ts'

const MiB = 1024 * 1024

async function taken(content: NewContent): Promise<{ bytes: Buffer; lengths: number[] }> {
  const pieces: Buffer[] = []
  for await (const piece of piecesOf(content)) pieces.push(Buffer.from(piece))
  return { bytes: Buffer.concat(pieces), lengths: pieces.map(({ length }) => length) }
}

async function* inChunks(bytes: Uint8Array, most: number): AsyncGenerator<Uint8Array> {
  const random = seededRandom(most)
  for (let at = 0; at < bytes.length;) {
    const chunk = bytes.subarray(at, at + 1 + random.below(most))
    yield chunk
    at += chunk.length
  }
}

const bytes = Buffer.alloc(3 * MiB + 17, 'what is to be written, ')

it.each([1000, 70_000, 2 * MiB, 8 * MiB])(
  'a stream in chunks of up to %i bytes comes in pieces of a MiB, and not a byte more than asked for',
  async (most) => {
    for (const length of [0, 1, MiB - 1, MiB, MiB + 1, bytes.length]) {
      const stream = inChunks(bytes, most)
      const { bytes: found, lengths } = await taken({ kind: 'stream', name: 'it', stream, length })
      expect(found.equals(bytes.subarray(0, length))).toBe(true)
      expect(lengths.slice(0, -1).every((each) => each === MiB)).toBe(true)
    }
  },
)

it('a stream that ends too early gives what came of it, then says so', async () => {
  const pieces: number[] = []
  const content = {
    kind: 'stream',
    name: 'it',
    stream: inChunks(bytes, 5000),
    length: 4 * MiB,
  } as const
  const walk = async () => {
    for await (const piece of piecesOf(content)) pieces.push(piece.length)
  }
  await expect(walk()).rejects.toMatchObject({
    reason: 'input-short',
    context: { link: 'it', found: bytes.length, expected: 4 * MiB },
  })
  expect(pieces).toEqual([MiB, MiB, MiB, 17])
})

it('one byte over and over, and zeroes, are as long as they were said to be', async () => {
  const filled = await taken({ kind: 'fill', byte: 0xab, length: 2 * MiB + 3 })
  expect(filled.bytes.equals(Buffer.alloc(2 * MiB + 3, 0xab))).toBe(true)
  expect((await taken({ kind: 'zeroes', length: 5 })).bytes).toEqual(Buffer.alloc(5))
  expect((await taken({ kind: 'zeroes', length: 0 })).lengths).toEqual([])
  expect((await taken({ kind: 'bytes', bytes, length: bytes.length })).bytes.equals(bytes)).toBe(
    true,
  )
})
