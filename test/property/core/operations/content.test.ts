import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEngine } from '../../../../core/node-engine.ts'
import type { MapExtent } from '../../../../core/operations/map-extent.ts'
import { qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()
const unit = 512
const units = 1200

interface Write {
  readonly start: number
  readonly length: number
  readonly pattern: number
}

interface Disk {
  readonly options: string
  readonly layers: readonly (readonly Write[])[]
}

const write: fc.Arbitrary<Write> = fc.record({
  start: fc.nat({ max: units - 1 }),
  length: fc.integer({ min: 1, max: 300 }),
  /** 0 asks for zeroes, which QEMU stores as zero clusters where it can. */
  pattern: fc.nat({ max: 255 }),
})

const disk: fc.Arbitrary<Disk> = fc.record({
  options: fc.constantFrom(
    'cluster_size=512',
    'cluster_size=4k',
    'cluster_size=64k',
    'cluster_size=16k,extended_l2=on',
    'cluster_size=2k,compat=0.10',
    'cluster_size=4k,preallocation=metadata',
  ),
  /** Each later layer has the one before it as its backing file. */
  layers: fc.array(fc.array(write, { maxLength: 6 }), { minLength: 1, maxLength: 3 }),
})

interface Model {
  readonly path: string
  readonly content: Buffer
}

/** Makes the image with QEMU, and what it must hold as plain bytes. */
async function build(folder: string, { options, layers }: Disk): Promise<Model> {
  const content = Buffer.alloc(units * unit)
  let path = ''
  for (const [index, writes] of layers.entries()) {
    const below = path
    path = `${folder}/layer-${index}.qcow2`
    // QEMU preallocates no overlay.
    const allowed = below === '' ? options : options.replace(',preallocation=metadata', '')
    const backing = below === '' ? [] : ['-b', below, '-F', 'qcow2']
    const size = `${content.length}`
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', allowed, ...backing, path, size)
    const commands = writes.map(({ start, length, pattern }) => {
      const from = start * unit
      const to = Math.min(from + length * unit, content.length)
      content.fill(pattern, from, to)
      return `write ${pattern === 0 ? '-z' : `-P ${pattern}`} ${from} ${to - from}`
    })
    if (commands.length > 0) await qemuIo(path, ...commands)
  }
  return { path, content }
}

/** What an extent claims about the bytes it covers that the model's bytes belie; undefined when nothing. */
async function lieOf(extent: MapExtent, content: Buffer): Promise<string | undefined> {
  const { present, zero, data, offset, filename } = extent
  const expected = content.subarray(extent.start, extent.start + extent.length)
  if (zero && expected.some((byte) => byte !== 0)) return 'zero'
  if (present ? !zero && !data : !zero) return 'present'
  if (!data || offset === undefined || filename === undefined) return undefined
  const stored = Buffer.alloc(extent.length)
  const file = await readFile(filename)
  file.copy(stored, 0, offset, offset + extent.length)
  return Buffer.compare(stored, expected) === 0 ? undefined : 'offset'
}

test('map, allocation and digest tell the truth about any sequence of writes', async () => {
  await fc.assert(
    fc.asyncProperty(disk, async (made) => {
      await using folder = await tempFolder()
      const { path, content } = await build(folder.path, made)

      const { digest, bytes } = await engine.hashImage(path)
      expect(digest).toBe(createHash('sha256').update(content).digest('hex'))
      expect(bytes).toBe(content.length)

      let end = 0
      for await (const extents of engine.mapImage(path)) {
        for (const extent of extents) {
          expect(extent.start).toBe(end)
          end += extent.length
          expect([extent, await lieOf(extent, content)]).toEqual([extent, undefined])
        }
      }
      expect(end).toBe(content.length)

      const { totals, bucketCount, bucketBytes } = await engine.summarizeAllocation(path)
      const sum = Object.values(totals).reduce((total, value) => total + value, 0)
      expect(sum).toBe(content.length)
      expect(bucketCount * bucketBytes).toBeGreaterThanOrEqual(content.length)
    }),
    { numRuns: 25, seed: 77 },
  )
})
