import { rm, stat } from 'node:fs/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isAllZero } from '../../../../core/base/zeroes.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { openImage } from '../../../../core/image/open-image.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { createEngine } from '../../../../core/node-engine.ts'
import type { CreateQcow2Options } from '../../../../core/operations/create-options.ts'
import { runTool } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()

const options: fc.Arbitrary<CreateQcow2Options> = fc
  .record({
    clusterBits: fc.integer({ min: 9, max: 17 }),
    refcountOrder: fc.integer({ min: 0, max: 6 }),
    version: fc.constantFrom(2 as const, 3 as const),
    lazyRefcounts: fc.boolean(),
    extendedL2: fc.boolean(),
    compressionType: fc.constantFrom('zlib' as const, 'zstd' as const),
    preallocation: fc.constantFrom('off' as const, 'metadata' as const, 'falloc' as const),
    clusters: fc.integer({ min: 0, max: 3000 }),
    rest: fc.integer({ min: 0, max: 5000 }),
  })
  .map(({ clusterBits, refcountOrder, clusters, rest, version, ...chosen }) => ({
    format: 'qcow2',
    ...chosen,
    version,
    // What version 2 does not have is refused; most images should be made.
    ...(version === 2
      ? { lazyRefcounts: false, extendedL2: false, compressionType: 'zlib' as const }
      : {}),
    refcountBits: version === 2 ? 16 : 2 ** refcountOrder,
    extendedL2: version === 3 && clusterBits >= 14 && chosen.extendedL2,
    clusterSize: 2 ** clusterBits,
    size: clusters * 2 ** clusterBits + rest,
  }))

test('whatever is chosen, the image is as planned, clean, and reads as zeroes', async () => {
  await using folder = await tempFolder('chosen')
  const path = folder.file('disk')
  await fc.assert(
    fc.asyncProperty(options, async (chosen) => {
      await rm(path, { force: true })
      const plan = await engine.planCreate(path, chosen)
      const result = await engine.createImage(path, chosen)
      expect(result.plan).toEqual(plan)
      expect((await stat(path)).size).toBe(plan.fileLength)
      const info = await engine.readInfo(path, { format: 'qcow2' })
      expect(info.virtualSize).toBe(plan.virtualSize)
      expect(plan.virtualSize - (chosen.size ?? 0)).toBeLessThan(512)
      const checked = await engine.checkImage(path, { format: 'qcow2' })
      expect(checked).toMatchObject({ verdict: 'clean', findings: [] })
      const theirs = await runTool('qemu-img', ['check', '-f', 'qcow2', path])
      expect([theirs.exitCode, theirs.stderr]).toEqual([0, ''])
      const { image } = await openImage(nodeHost, path, { format: 'qcow2' })
      const ends = new Uint8Array(Math.min(plan.virtualSize, 65_536)).fill(1)
      for (const at of [0, plan.virtualSize - ends.length]) {
        await image.read(ends, at)
        expect(isAllZero(ends)).toBe(true)
      }
      await image.close()
    }),
    { numRuns: 60, seed: 1 },
  )
})

test('whatever is asked for, a refusal is one of ours and leaves nothing', async () => {
  await using folder = await tempFolder('anything')
  const path = folder.file('disk')
  const anyNumber = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, 512, 65_536, 2 ** 53))
  const anything = fc.record(
    {
      size: anyNumber,
      clusterSize: anyNumber,
      refcountBits: anyNumber,
      version: fc.constantFrom(2 as const, 3 as const),
      extendedL2: fc.boolean(),
      lazyRefcounts: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(anything, async (asked) => {
      const refusal = await engine.planCreate(path, { format: 'qcow2', ...asked }).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (refusal === undefined) return
      expect(refusal).toBeInstanceOf(ImageError)
      const words = JSON.stringify(refusal)
      expect(words).not.toMatch(/NaN|undefined| \? /)
      expect(words).not.toContain('"internal"')
      await expect(stat(path)).rejects.toThrow('ENOENT')
    }),
    { numRuns: 300, seed: 1 },
  )
})
