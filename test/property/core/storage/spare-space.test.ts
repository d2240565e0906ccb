import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { measureSpareSpace, punchSpareSpace } from '../../../../core/storage/punch-spare-space.ts'
import type { SpareLayout, Worth } from '../../../../core/storage/spare-space.ts'

const block = 4096

const part = fc.record({
  worth: fc.constantFrom<Worth>('unused', 'content', 'kept'),
  blocks: fc.array(
    fc.oneof(
      fc.constant('hole' as const),
      fc.constant('zeroes' as const),
      // One byte that is not zero, wherever in the block it lies.
      fc.record({ at: fc.nat(block - 1), value: fc.integer({ min: 1, max: 255 }) }),
    ),
    { minLength: 1, maxLength: 6 },
  ),
})

it('makes holes of exactly what is spare, and changes no byte that is not unused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 12 }),
      fc.nat(block - 1),
      fc.boolean(),
      async (parts, rest, scanZeroes) => {
        const blocks = parts.flatMap(({ worth, blocks: own }) =>
          own.map((content) => ({ worth, content })),
        )
        const file = new MemoryFile({ size: blocks.length * block + rest })
        for (const [index, { content }] of blocks.entries()) {
          if (content === 'hole') continue
          file.put(new Uint8Array(block), index * block)
          if (content !== 'zeroes')
            file.put(Uint8Array.of(content.value), index * block + content.at)
        }
        const layout: SpareLayout = {
          scanZeroes,
          stretchAt(at) {
            const first = at / block
            const worth = blocks[first]?.worth ?? 'kept'
            let next = first + 1
            while (blocks[next]?.worth === worth) next++
            return { worth, end: next * block }
          },
        }
        const before = Buffer.alloc(file.size())
        file.readNow(before, 0)

        const { promisedBytes, ...measured } = await measureSpareSpace(file, layout)
        expect(promisedBytes).toBe(0)
        expect(await punchSpareSpace(file, layout)).toEqual(measured)

        const spare = blocks.map(
          ({ worth, content }) =>
            content === 'hole' ||
            worth === 'unused' ||
            (worth === 'content' && scanZeroes && content === 'zeroes'),
        )
        const after = Buffer.alloc(file.size())
        file.readNow(after, 0)
        for (const [index, { worth }] of blocks.entries()) {
          const at = index * block
          expect(file.hostRun(at).kind, `block ${index}`).toBe(spare[index] ? 'hole' : 'data')
          const expected = before.subarray(at, at + block)
          if (worth === 'unused') expected.fill(0)
          expect(after.subarray(at, at + block).equals(expected), `block ${index}`).toBe(true)
        }
        expect(await measureSpareSpace(file, layout)).toMatchObject({ holes: 0 })
      },
    ),
    { numRuns: 300 },
  )
})
