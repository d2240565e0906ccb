import { describe, expect, it } from 'vitest'
import { ImageError } from '../../../../../core/errors/image-error.ts'
import { spareLayoutOf, type SurveyedUse } from '../../../../../core/qcow2/compact/punch-layout.ts'
import { measurePunch, punchQcow2 } from '../../../../../core/qcow2/compact/punch.ts'
import { use, type Use } from '../../../../../core/qcow2/compact/survey.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { MemoryImage } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'

const kib = 1024

/** The image's clusters as they lie in the file: header, refcounts and the L1 come first (`fixed`). */
function surveyOf(file: MemoryFile, kinds: readonly Use[]): SurveyedUse {
  return { area: readHeaderArea(file), kinds: Uint8Array.from(kinds) }
}

describe('an image file as space', () => {
  const stretchesOf = (clusterBits: number, ...kinds: Use[]) => {
    const image = new Qcow2Builder({ clusterBits })
    const survey = surveyOf(new MemoryFile(image.bytes), kinds)
    const { stretchAt } = spareLayoutOf(survey, { scanZeroes: true })
    const stretches: string[] = []
    for (let at = 0; at < kinds.length * 2 ** clusterBits;) {
      const { worth, end } = stretchAt(at)
      stretches.push(`${worth} to ${end / kib}k`)
      at = end
    }
    return stretches
  }

  it('is unused where no reference leads, content where guest data is, and else kept', () => {
    const { fixed, free, leaked, uncounted, data, packed } = use
    const { l2, refcountBlock, bitmapData, run } = use
    expect(stretchesOf(12, fixed, free, leaked, uncounted, data, data, packed, free)).toEqual([
      'kept to 4k',
      'unused to 16k',
      'content to 24k',
      'kept to 28k',
      'unused to 32k',
    ])
    expect(stretchesOf(16, run, l2, refcountBlock, bitmapData, packed)).toEqual(['kept to 320k'])
  })

  it('goes by blocks where clusters are smaller: as much as the most precious of them', () => {
    const eight = (...kinds: Use[]) => [...kinds, ...Array<Use>(8 - kinds.length).fill(use.free)]
    expect(
      stretchesOf(
        9,
        ...eight(use.fixed),
        ...eight(),
        ...eight(use.free, use.data),
        ...eight(use.data, use.leaked, use.l2),
        use.free,
      ),
    ).toEqual(['kept to 4k', 'unused to 8k', 'content to 12k', 'kept to 16k', 'unused to 20k'])
  })
})

/** An image with data, a cluster of zeroes that it stores, and leaked clusters. */
function wastefulImage(options: BuilderOptions = {}) {
  const builder = new Qcow2Builder({ clusterBits: 12, ...options })
  builder.data(0, 0x11).data(1, 0).data(2, 0x22).leak(2).data(3, 0x33).leak(1).build()
  const image = new MemoryImage(builder)
  const clusters = image.file.size() / builder.clusterSize
  const kinds = Array<Use>(clusters).fill(use.fixed)
  kinds[builder.refcountBlockCluster] = use.refcountBlock
  for (const guest of [0, 1, 2, 3]) kinds[builder.hostClusterOf(guest)] = use.data
  const after = (guest: number) => builder.hostClusterOf(guest) + 1
  const leaked = [after(2), after(2) + 1, after(3)]
  for (const cluster of leaked) {
    kinds[cluster] = use.leaked
    image.file.put(new Uint8Array(builder.clusterSize).fill(0xcc), cluster * builder.clusterSize)
  }
  return { builder, image, leaked, survey: surveyOf(image.file, kinds) }
}

const isHole = ({ file, clusterSize }: MemoryImage, cluster: number) =>
  file.hostRun(cluster * clusterSize).kind === 'hole'

describe('punching an image file', () => {
  it.each([0, 1, 2, 3, 4, 5, 6])(
    'frees leaked clusters and zeroes, with refcounts of 2^%i bits',
    async (refcountOrder) => {
      const { builder, image, leaked, survey } = wastefulImage({ refcountOrder })
      expect(await image.findings()).not.toEqual([])
      const content = Buffer.from(await image.stored())
      const length = image.file.size()
      const allocated = image.file.allocatedBytes()
      const result = await punchQcow2(image.file, survey)
      expect(result).toEqual({
        punchedBytes: 4 * 4096,
        zeroBytes: 4096,
        leakedFreed: 3 * 4096,
        bytesRead: 4 * 4096,
        allocatedBefore: allocated,
        allocatedAfter: allocated - 4 * 4096,
      })
      expect(await image.findings()).toEqual([])
      expect(content.equals(await image.stored())).toBe(true)
      expect(image.file.size()).toBe(length)
      const holes = [...leaked, builder.hostClusterOf(1)]
      expect(holes.map((cluster) => isHole(image, cluster))).toEqual([true, true, true, true])
    },
  )

  it('does not read guest data when it is told not to', async () => {
    const { builder, image, survey } = wastefulImage()
    const measured = await measurePunch(image.file, survey, { scanZeroes: false })
    expect(measured).toMatchObject({ unusedBytes: 3 * 4096, zeroBytes: 0, bytesRead: 0 })
    const result = await punchQcow2(image.file, survey, { scanZeroes: false })
    expect(result).toMatchObject({ punchedBytes: 3 * 4096, zeroBytes: 0, bytesRead: 0 })
    expect(isHole(image, builder.hostClusterOf(1))).toBe(false)
  })

  it('writes nothing when there is nothing to give back', async () => {
    const { image, survey } = wastefulImage()
    await punchQcow2(image.file, survey)
    const clean = { ...survey, kinds: survey.kinds.map((kind) => (kind === use.leaked ? 0 : kind)) }
    class UnwrittenFile extends MemoryFile {
      override writeNow(): never {
        throw new Error('written to')
      }
      override punchHole(): never {
        throw new Error('punched')
      }
      override flush(): never {
        throw new Error('flushed')
      }
      override hostRun(at: number) {
        return image.file.hostRun(at)
      }
      override allocatedBytes() {
        return image.file.allocatedBytes()
      }
      override readNow(into: Uint8Array, at: number) {
        image.file.readNow(into, at)
      }
    }
    const file = new UnwrittenFile({ size: image.file.size() })
    expect(await punchQcow2(file, clean)).toMatchObject({ punchedBytes: 0, leakedFreed: 0 })
  })

  it('leaves an image as it is on a host without holes, its leaks included', async () => {
    const { image, survey } = wastefulImage()
    class FlatFile extends MemoryFile {
      // A host's answer that the memory cannot give.
      override punchHole(): 'punched' {
        return 'unsupported' as 'punched'
      }
    }
    const before = Buffer.alloc(image.file.size())
    image.file.readNow(before, 0)
    const file = new FlatFile(before)
    await expect(punchQcow2(file, survey)).rejects.toMatchObject({ reason: 'punch-unsupported' })
    const after = Buffer.alloc(file.size())
    file.readNow(after, 0)
    expect(after.equals(before)).toBe(true)
  })

  it('lowers no refcount where a refcount block cannot be', async () => {
    const { builder, image, survey } = wastefulImage()
    const guest = builder.hostClusterOf(0) * builder.clusterSize
    const entry = Buffer.alloc(8)
    entry.writeBigUInt64BE(BigInt(guest))
    image.file.put(entry, builder.refcountTableCluster * builder.clusterSize)
    const content = Buffer.from(await image.stored())
    const thrown: unknown = await punchQcow2(image.file, survey).catch((e: unknown) => e)
    expect(thrown).toBeInstanceOf(ImageError)
    expect(thrown).toMatchObject({ reason: 'structure-damaged' })
    expect(content.equals(await image.stored())).toBe(true)
  })
})
