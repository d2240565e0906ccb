import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeHost } from '../../../../core/io/node-host.ts'
import type { ByteSource } from '../../../../core/operations/byte-source.ts'
import { digestOf } from '../../../../core/operations/digest.ts'
import { proofHasher } from '../../../../core/operations/proof-digest.ts'
import { dataDigest } from '../../../helpers/data-digest.ts'
import { noise } from '../../../helpers/noise.ts'

interface Piece {
  readonly isZero: boolean
  /** Zeroes that nobody knows of before they are read. */
  readonly isStored?: boolean
  readonly length: number
}

/** Pieces one after the other as a source that remembers what was read of it. */
function sourceOf(pieces: readonly Piece[], seed: number) {
  const content = Buffer.concat(
    pieces.map(({ isZero, length }, index) =>
      isZero ? Buffer.alloc(length) : noise(seed + index, length),
    ),
  )
  const starts = pieces.map((_, index) =>
    pieces.slice(0, index).reduce((sum, { length }) => sum + length, 0),
  )
  const read: { readonly at: number; readonly end: number }[] = []
  const source: ByteSource = {
    length: content.length,
    runAt(at, limit) {
      const index = starts.findLastIndex((start) => start <= at)
      const piece = pieces[index] ?? { isZero: true, length: limit }
      return {
        isZero: piece.isZero && piece.isStored !== true,
        length: Math.min(limit, (starts[index] ?? 0) + piece.length - at),
      }
    },
    async read(into, at) {
      read.push({ at, end: at + into.length })
      into.set(content.subarray(at, at + into.length))
    },
  }
  return { source, content, read }
}

const piece = fc.record({
  isZero: fc.boolean(),
  isStored: fc.boolean(),
  length: fc.oneof(
    fc.integer({ min: 1, max: 5000 }),
    fc.integer({ min: 1, max: 40 }).map((clusters) => clusters * 65_536),
    fc.integer({ min: 1, max: 5_000_000 }),
  ),
})

test('the digest is that of all the bytes, zeroes that were not read included', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 8 }),
      fc.nat(),
      fc.constantFrom('sha256', 'sha1', 'sha512'),
      async (pieces, seed, algorithm) => {
        const { source, content } = sourceOf(pieces, seed)
        const digest = await digestOf(source, nodeHost.createHasher(algorithm), {})
        expect(digest).toBe(createHash(algorithm).update(content).digest('hex'))
      },
    ),
    { numRuns: 60, seed: 20_261 },
  )
})

test('the digest of data is that of the blocks that are not zero, however zeroes are stored', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.nat(), async (pieces, seed) => {
      const { source, content } = sourceOf(pieces, seed)
      const digest = await digestOf(source, proofHasher(nodeHost, 'sha256-of-data'), {})
      expect(digest).toBe(dataDigest(content.length, [{ at: 0, bytes: content }]))
    }),
    { numRuns: 60, seed: 20_262 },
  )
})

test('a tebibyte of zeroes is passed over in long strides', async () => {
  let asked = 0
  const source: ByteSource = {
    length: 2 ** 40 + 512,
    runAt: (_at, limit) => {
      asked++
      return { isZero: true, length: limit }
    },
    read: () => Promise.reject(new RangeError('nothing is to be read')),
  }
  const digest = await digestOf(source, proofHasher(nodeHost, 'sha256-of-data'), {})
  expect(digest).toBe(dataDigest(source.length, []))
  expect(asked).toBeLessThan(50_000)
})

test('long zeroes are never read', async () => {
  const mebibyte = 1 << 20
  const { source, read } = sourceOf(
    [
      { isZero: true, length: 9 * mebibyte },
      { isZero: false, length: 100_000 },
      { isZero: true, length: 5 * mebibyte },
      { isZero: false, length: 7 },
      { isZero: true, length: mebibyte },
    ],
    1,
  )
  await digestOf(source, nodeHost.createHasher('sha256'), {})
  expect(read).toEqual([
    { at: 9 * mebibyte, end: 9 * mebibyte + 100_000 },
    { at: 14 * mebibyte + 100_000, end: 14 * mebibyte + 100_007 },
  ])
})

test('progress is told in bytes, grows, and ends at the length', async () => {
  const { source } = sourceOf([{ isZero: false, length: 9_000_000 }], 3)
  const told: number[] = []
  await digestOf(source, nodeHost.createHasher('sha1'), {
    onProgress: ({ done, total }) => {
      expect(total).toBe(9_000_000)
      told.push(done)
    },
  })
  expect(told).toEqual(told.toSorted((a, b) => a - b))
  expect(told.at(-1)).toBe(9_000_000)
})

test('a cancel ends what would last for years, also where nothing is read', async () => {
  const kinds = [
    { isZero: true, kind: 'sha256' },
    { isZero: false, kind: 'sha256' },
    { isZero: true, kind: 'sha256-of-data' },
    { isZero: false, kind: 'sha256-of-data' },
  ] as const
  for (const { isZero, kind } of kinds) {
    const source: ByteSource = {
      length: 2 ** 50,
      runAt: (_at, limit) => ({ isZero, length: limit }),
      read: async () => undefined,
    }
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 50)
    const digest = digestOf(source, proofHasher(nodeHost, kind), { signal: controller.signal })
    await expect(digest).rejects.toMatchObject({ reason: 'cancelled' })
  }
})

test('an error of a read is what comes out, after every other read has ended', async () => {
  let pending = 0
  const source: ByteSource = {
    length: 64 << 20,
    runAt: (_at, limit) => ({ isZero: false, length: limit }),
    async read(_into, at) {
      pending++
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
      pending--
      if (at >= 8 << 20) throw new RangeError(`at ${at}`)
    },
  }
  const digest = digestOf(source, nodeHost.createHasher('sha256'), {})
  await expect(digest).rejects.toThrow(`at ${8 << 20}`)
  expect(pending).toBe(0)
})
