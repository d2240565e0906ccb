import { describe, expect, it } from 'vitest'
import type { ByteSource } from '../../../../core/operations/byte-source.ts'
import { findContentEnd, scanContent } from '../../../../core/operations/content-scan.ts'
import { seededRandom } from '../../../helpers/random.ts'

interface Stretch {
  readonly at: number
  readonly bytes: Uint8Array
}

/** A disk with stored stretches, in order; runs end where storage does. */
function sourceOf(length: number, stretches: readonly Stretch[]): ByteSource {
  return {
    length,
    runAt(at, limit) {
      const next = stretches.find(({ at: start, bytes }) => start + bytes.length > at)
      if (next === undefined) return { length: limit, isZero: true }
      const isZero = at < next.at
      const end = isZero ? next.at : next.at + next.bytes.length
      return { length: Math.min(limit, end - at), isZero }
    },
    async read(into, at) {
      into.fill(0)
      for (const { at: start, bytes } of stretches) {
        const from = Math.max(start, at)
        const to = Math.min(start + bytes.length, at + into.length)
        if (from < to) into.set(bytes.subarray(from - start, to - start), from - at)
      }
    },
  }
}

const filled = (length: number, value: number) => new Uint8Array(length).fill(value)

describe('looking for content', () => {
  it('finds the same as looking at every byte', async () => {
    const random = seededRandom(11)
    for (let round = 0; round < 60; round++) {
      const length = 512 * (1 + random.below(400))
      const disk = new Uint8Array(length)
      const stretches: Stretch[] = []
      for (let at = random.below(3000); at < length;) {
        const bytes = filled(Math.min(1 + random.below(3000), length - at), 0)
        if (random.below(2) === 0) bytes[random.below(bytes.length)] = 7
        stretches.push({ at, bytes })
        disk.set(bytes, at)
        at += bytes.length + 1 + random.below(9000)
      }
      const source = sourceOf(length, stretches)
      const from = 512 * random.below(length / 512)
      const part = disk.subarray(from)
      const last = part.findLastIndex((byte) => byte !== 0)
      const end = last === -1 ? undefined : from + last + 1
      const range = { from, to: length, limit: Infinity }
      const forwards = await scanContent(source, range)
      const backwards = await findContentEnd(source, range)
      expect(forwards).toMatchObject({ end, complete: true })
      expect(backwards).toMatchObject({ end, complete: true })
      expect(backwards.bytesRead).toBeLessThanOrEqual(forwards.bytesRead)
    }
  })

  it('counts the sectors that hold anything', async () => {
    const bytes = filled(4096, 0)
    bytes[0] = 1
    bytes[511] = 1
    bytes[1024] = 1
    const source = sourceOf(2 ** 30, [{ at: 2 ** 29, bytes }])
    const scan = await scanContent(source, { from: 0, to: 2 ** 30, limit: Infinity })
    expect(scan).toEqual({ dataBytes: 1024, end: 2 ** 29 + 1025, bytesRead: 4096, complete: true })
  })

  it('stops at its limit and says so', async () => {
    const source = sourceOf(2 ** 24, [{ at: 0, bytes: filled(2 ** 24, 0) }])
    const range = { from: 0, to: 2 ** 24, limit: 3_000_000 }
    const stopped = { end: undefined, bytesRead: 3_000_000, complete: false }
    expect(await scanContent(source, range)).toMatchObject(stopped)
    expect(await findContentEnd(source, range)).toMatchObject(stopped)
  })

  it('looks back through a disk in very many pieces', async () => {
    const pieces = Array.from({ length: 5000 }, (_, index) => ({
      at: index * 1024,
      bytes: filled(512, index === 3 ? 5 : 0),
    }))
    const source = sourceOf(2 ** 40, pieces)
    const found = await findContentEnd(source, { from: 0, to: 2 ** 40, limit: Infinity })
    expect(found).toEqual({ end: 3 * 1024 + 512, bytesRead: 4997 * 512, complete: true })
  })

  it('can be cancelled', async () => {
    const controller = new AbortController()
    const source = sourceOf(2 ** 24, [{ at: 0, bytes: filled(2 ** 24, 0) }])
    const context = { signal: controller.signal, onProgress: () => controller.abort() }
    const range = { from: 0, to: 2 ** 24, limit: Infinity }
    for (const look of [scanContent, findContentEnd]) {
      await expect(look(source, range, context)).rejects.toMatchObject({ reason: 'cancelled' })
    }
  })
})
