import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openImage } from '../../../../core/image/open-image.ts'
import { checkImage } from '../../../../core/operations/check.ts'
import { encodeImage } from '../../../../core/operations/encode.ts'
import type { EncodeOptions } from '../../../../core/operations/encode-options.ts'
import { planEncode } from '../../../../core/operations/plan-encode.ts'
import { noise } from '../../../helpers/noise.ts'
import { inPieces } from '../../../helpers/raw-disks.ts'
import { CrashLog } from '../../../storage/crash-log.ts'
import { CrashMachine } from '../../../storage/crash-machine.ts'

const options: fc.Arbitrary<EncodeOptions & { readonly clusterSize: number }> = fc
  .record({
    clusterBits: fc.integer({ min: 9, max: 16 }),
    refcountOrder: fc.integer({ min: 0, max: 6 }),
    version: fc.constantFrom(2 as const, 3 as const),
    compression: fc.constantFrom('none', 'zlib', 'zstd'),
  })
  .map(({ clusterBits, refcountOrder, version, compression }) => ({
    format: 'raw',
    version,
    clusterSize: 2 ** clusterBits,
    refcountBits: version === 2 ? 16 : 2 ** refcountOrder,
    compression: version === 2 && compression === 'zstd' ? 'zlib' : compression,
  }))

/** Noise, text and zeroes in any order, of lengths that fit nothing. */
const disk: fc.Arbitrary<Buffer> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('noise', 'text', 'zeroes'),
      length: fc.integer({ min: 1, max: 150_000 }),
    }),
    { maxLength: 8 },
  )
  .map((parts) =>
    Buffer.concat(
      parts.map(({ kind, length }, index) => {
        if (kind === 'noise') return noise(index, length)
        return Buffer.alloc(length, kind === 'text' ? 'some words ' : 0)
      }),
    ),
  )

const machineWith = (files: Readonly<Record<string, Uint8Array>>) =>
  new CrashMachine(new CrashLog<never>(), files)

/** What a guest reads, of an image that is clean. */
async function contentOf(machine: CrashMachine<never>, path: string): Promise<Buffer> {
  const checked = await checkImage(machine, path, { format: 'qcow2' })
  expect(checked).toMatchObject({ verdict: 'clean', findings: [] })
  await using opened = await openImage(machine, path, { format: 'qcow2' })
  const content = Buffer.alloc(opened.image.virtualSize)
  await opened.image.read(content, 0)
  return content
}

test('whatever the disk and the options are, the image is clean and reads as the disk', async () => {
  await fc.assert(
    fc.asyncProperty(disk, options, async (bytes, chosen) => {
      const machine = machineWith({ '/disk.raw': bytes })
      const source = { kind: 'file', path: '/disk.raw' } as const
      const input = { kind: 'input', input: inPieces(bytes, 10_007) } as const
      const file = { kind: 'file', path: '/file.qcow2' } as const
      const made = await encodeImage(machine, source, file, chosen)
      await encodeImage(machine, input, { kind: 'file', path: '/pipe.qcow2' }, chosen)

      const expected = Buffer.alloc(made.virtualSize)
      bytes.copy(expected)
      expect(made.virtualSize - bytes.length).toBeLessThan(512)
      expect(made.fileLength).toBe(machine.bytesOf('/file.qcow2').length)
      const contents = [
        await contentOf(machine, '/file.qcow2'),
        await contentOf(machine, '/pipe.qcow2'),
      ]

      const written: Uint8Array[] = []
      const sink = { write: async (piece: Uint8Array) => void written.push(piece.slice()) }
      const plain = { ...chosen, compression: 'none' } as const
      await encodeImage(machine, source, { kind: 'sink', sink }, plain)
      const stream = Buffer.concat(written)
      const plan = await planEncode(machine, '/disk.raw', plain)
      expect(plan.fileLength).toBe(stream.length)
      contents.push(await contentOf(machineWith({ '/stream.qcow2': stream }), '/stream.qcow2'))
      expect(contents.map((content) => content.equals(expected))).toEqual([true, true, true])
    }),
    { numRuns: 40, seed: 5 },
  )
})
