import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, truncate } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { dataLossSteps, type DataLossStep } from '../../../../core/index.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'
import type { WritingEnvironment } from '../../../../core/image/environment.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { checkImage } from '../../../../core/operations/check.ts'
import { planRepair } from '../../../../core/operations/plan-repair.ts'
import { rebuildImageRefcounts } from '../../../../core/operations/rebuild-refcounts.ts'
import { repairImage } from '../../../../core/operations/repair.ts'
import type { WritableFile } from '../../../../core/storage/writable-file.ts'
import { planUndoRepair, undoRepair } from '../../../../core/operations/undo-repair.ts'
import { copied, Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

async function refusal(act: () => Promise<unknown>): Promise<ImageError> {
  const error = await act().catch((thrown: unknown) => thrown)
  if (error instanceof ImageError) return error
  throw new Error('this should have been refused')
}

/** An image with a leak and a flag that is wrong, so that a repair has tables to exchange. */
const miscounted = (leaks = 2): Qcow2Builder =>
  new Qcow2Builder()
    .data(0)
    .data(1)
    .leak(leaks)
    .l2Entry(0, (entry) => entry & ~copied)

const unaligned = (): Qcow2Builder => new Qcow2Builder().data(0).l2Entry(0, () => copied | 0x1200n)

const imageIn = (folder: TempFolder, image: Qcow2Builder): Promise<string> =>
  image.writeTo(folder.file('disk.qcow2'))

describe('a plan', () => {
  it('says what is found, what is done, every write and what remains, and changes nothing', async () => {
    await using folder = await tempFolder('repair')
    const image = miscounted().l2Entry(1, () => copied | 0x1200n)
    const path = await imageIn(folder, image)
    const plan = await planRepair(nodeHost, path)
    expect(plan.before).toMatchObject({ verdict: 'corrupt' })
    expect(plan.findings.map(({ rule }) => rule)).toContain('copied-flag-wrong')
    expect(plan.steps.map(({ name, included }) => [name, included])).toEqual([
      ['refcounts', true],
      ['copied-flags', true],
      ['unmap-unaligned', false],
    ])
    expect(plan.steps.at(-1)).toMatchObject({
      losesData: true,
      lost: [{ start: image.clusterSize, length: image.clusterSize }],
    })
    const written = plan.writes.map(({ structure }) => structure)
    expect(written).toEqual(['L2 table', 'L1 table', 'refcount block', 'refcount table', 'header'])
    expect(plan.writes.at(-1)?.after).toMatch(/^l1_table_offset 0x[0-9a-f]+, refcount_table_offset/)
    expect(plan.remaining.map(({ rule }) => rule)).toEqual(['data-offset-unaligned'])
    expect(readFileSync(path).equals(image.bytes)).toBe(true)
  })

  it('has no writes for an image that is well', async () => {
    await using folder = await tempFolder('repair')
    const path = await imageIn(folder, new Qcow2Builder().data(0))
    const plan = await planRepair(nodeHost, path)
    expect(plan).toMatchObject({ writes: [], safetyCopyBytes: 0, steps: [] })
    const result = await repairImage(nodeHost, path, plan)
    expect(result.safetyCopy).toBeUndefined()
    expect(readdirSync(folder.path)).toEqual(['disk.qcow2'])
  })

  it('is refused for what is no qcow2 image', async () => {
    await using folder = await tempFolder('repair')
    const path = await imageIn(folder, new Qcow2Builder())
    const error = await refusal(() => planRepair(nodeHost, path, { format: 'raw' }))
    expect(error.reason).toBe('check-not-possible')
  })

  it('is refused while somebody writes to the image', async () => {
    await using folder = await tempFolder('repair')
    const path = await imageIn(folder, miscounted())
    await using _writer = await nodeHost.openForWriting(path)
    expect((await refusal(() => planRepair(nodeHost, path))).reason).toBe('file-in-use')
  })
})

describe('a repair', () => {
  it.each([
    [false, 'between what depends on each other', 2],
    [true, 'once at the end with unsafe buffering', 1],
  ])('flushes the image (%s) %s, and the safety copy before', async (unsafeBuffering, _, least) => {
    await using folder = await tempFolder('repair')
    const path = await imageIn(folder, miscounted())
    const plan = await planRepair(nodeHost, path)
    const flushed: string[] = []
    const watched = <File extends WritableFile>(file: File): File => {
      const flush = file.flush.bind(file)
      file.flush = () => {
        flushed.push(file.name)
        return flush()
      }
      return file
    }
    const host = {
      ...nodeHost,
      openForWriting: async (name: string) => watched(await nodeHost.openForWriting(name)),
      createFile: async (name: string) => watched(await nodeHost.createFile(name)),
    }
    const { safetyCopy, after } = await repairImage(host, path, plan, { unsafeBuffering })
    expect(after.verdict).toBe('clean')
    expect(flushed[0]).toBe(safetyCopy)
    const ofImage = flushed.filter((name) => name === path).length
    expect(ofImage).toBeGreaterThanOrEqual(least)
    expect(unsafeBuffering && ofImage > 1).toBe(false)
  })

  it('does what was planned, after a safety copy of the size that was planned', async () => {
    await using folder = await tempFolder('repair')
    const path = await imageIn(folder, miscounted())
    const plan = await planRepair(nodeHost, path)
    const result = await repairImage(nodeHost, path, plan)
    expect(result.after.verdict).toBe('clean')
    expect(result).toMatchObject({ corruptionsFixed: plan.before.corruptions, leaksFixed: 2 })
    expect(await checkImage(nodeHost, path)).toMatchObject({ health: 'healthy' })
    expect(result.safetyCopy).toBe(folder.file('disk.qcow2.repair-undo-1'))
    const copy = readFileSync(folder.file('disk.qcow2.repair-undo-1'))
    expect(copy.length).toBe(plan.safetyCopyBytes)
  })

  it('numbers its safety copies, and puts them where it is told', async () => {
    await using folder = await tempFolder('repair')
    const path = await imageIn(folder, miscounted())
    await mkdir(folder.file('copies'))
    writeFileSync(folder.file('copies', 'disk.qcow2.repair-undo-1'), 'mine')
    const safetyCopyFolder = folder.file('copies')
    const plan = await planRepair(nodeHost, path)
    const { safetyCopy } = await repairImage(nodeHost, path, plan, { safetyCopyFolder })
    expect(safetyCopy).toBe(folder.file('copies', 'disk.qcow2.repair-undo-2'))
    expect(readFileSync(folder.file('copies', 'disk.qcow2.repair-undo-1'), 'utf8')).toBe('mine')
  })

  it('that loses data is refused without consent to exactly that', async () => {
    await using folder = await tempFolder('repair')
    const path = await imageIn(folder, unaligned())
    const plan = await planRepair(nodeHost, path, { consent: dataLossSteps })
    const error = await refusal(() => repairImage(nodeHost, path, plan))
    expect(error.reason).toBe('repair-consent-missing')
    expect(error.explanation.detail).toContain('unmap-unaligned; agreed to was none')
    const consent: DataLossStep[] = ['unmap-past-end']
    const other = await refusal(() => repairImage(nodeHost, path, plan, { consent }))
    expect(other.reason).toBe('repair-consent-missing')
    const result = await repairImage(nodeHost, path, plan, { consent: ['unmap-unaligned'] })
    expect(result.after.verdict).toBe('clean')
  })

  it('is refused when the image is no longer the one that was planned for', async () => {
    await using folder = await tempFolder('repair')
    const path = await imageIn(folder, miscounted())
    const plan = await planRepair(nodeHost, path)
    await imageIn(folder, miscounted(3))
    expect((await refusal(() => repairImage(nodeHost, path, plan))).reason).toBe('plan-outdated')
    const forged = { ...(await planRepair(nodeHost, path)), digest: plan.digest }
    expect((await refusal(() => repairImage(nodeHost, path, forged))).reason).toBe('plan-outdated')
    expect(readdirSync(folder.path)).toEqual(['disk.qcow2'])
  })

  it('that is cancelled before its first write leaves no safety copy', async () => {
    await using folder = await tempFolder('repair')
    const image = miscounted()
    const path = await imageIn(folder, image)
    const plan = await planRepair(nodeHost, path)
    const aborter = new AbortController()
    const host = {
      ...nodeHost,
      createFile: async (name: string) => {
        const file = await nodeHost.createFile(name)
        aborter.abort()
        return file
      },
    }
    const { signal } = aborter
    const error = await refusal(() => repairImage(host, path, plan, { signal }))
    expect(error.reason).toBe('cancelled')
    expect(readFileSync(path).equals(image.bytes)).toBe(true)
    expect(readdirSync(folder.path)).toEqual(['disk.qcow2'])
  })

  it('that cannot write its safety copy changes nothing', async () => {
    await using folder = await tempFolder('repair')
    const image = miscounted()
    const path = await imageIn(folder, image)
    const plan = await planRepair(nodeHost, path)
    const safetyCopyFolder = folder.file('nowhere')
    const error = await refusal(() => repairImage(nodeHost, path, plan, { safetyCopyFolder }))
    expect(error.kind).toBe('not-found')
    expect(readFileSync(path).equals(image.bytes)).toBe(true)
  })

  /** The `nth` write to the image fails; later ones too when `lasting`. */
  const failing = (nth: number, lasting: boolean): typeof nodeHost & WritingEnvironment => ({
    ...nodeHost,
    openForWriting: async (name) => {
      const file = await nodeHost.openForWriting(name)
      const fail = (): never => {
        throw new ImageError('no-space', { path: name, errno: 'ENOSPC' })
      }
      const write = file.write.bind(file)
      let count = 0
      file.write = async (bytes, at, tag) => {
        count++
        if (count === nth || (lasting && count > nth)) fail()
        await write(bytes, at, tag)
      }
      if (lasting) file.truncate = fail
      return file
    },
  })

  it.each([1, 2, 3, 4, 5])('whose write %i fails is taken back at once', async (nth) => {
    await using folder = await tempFolder('repair')
    const image = miscounted()
    const path = await imageIn(folder, image)
    const plan = await planRepair(nodeHost, path)
    const error = await refusal(() => repairImage(failing(nth, false), path, plan))
    expect(error.reason).toBe('no-space')
    expect(readFileSync(path).equals(image.bytes)).toBe(true)
    expect(readdirSync(folder.path)).toEqual(['disk.qcow2'])
    const again = await repairImage(nodeHost, path, await planRepair(nodeHost, path))
    expect(again.after.verdict).toBe('clean')
  })

  it('that cannot even be taken back says where its safety copy is', async () => {
    await using folder = await tempFolder('repair')
    const image = miscounted()
    const path = await imageIn(folder, image)
    const plan = await planRepair(nodeHost, path)
    const error = await refusal(() => repairImage(failing(3, true), path, plan))
    expect(error.reason).toBe('repair-interrupted')
    const copy = folder.file('disk.qcow2.repair-undo-1')
    expect(error.explanation.detail).toContain(copy)
    expect((await planUndoRepair(nodeHost, path, copy)).state).toBe('partly')
    await undoRepair(nodeHost, path, copy)
    expect(readFileSync(path).equals(image.bytes)).toBe(true)
  })
})

describe('taking a repair back', () => {
  async function repaired(folder: TempFolder, image = miscounted()) {
    const path = await imageIn(folder, image)
    const result = await repairImage(nodeHost, path, await planRepair(nodeHost, path))
    if (result.safetyCopy === undefined) throw new Error('there was nothing to repair')
    return { path, copy: result.safetyCopy, original: image.bytes }
  }

  it('brings back every byte, and finds nothing to do the second time', async () => {
    await using folder = await tempFolder('undo')
    const { path, copy, original } = await repaired(folder)
    const plan = await planUndoRepair(nodeHost, path, copy)
    expect(plan.state).toBe('repaired')
    expect(plan.length.after).toBe(original.length)
    await undoRepair(nodeHost, path, copy)
    expect(readFileSync(path).equals(original)).toBe(true)
    expect(await undoRepair(nodeHost, path, copy)).toMatchObject({
      state: 'before',
      bytesRestored: 0,
    })
  })

  it('is refused once the image was written to', async () => {
    await using folder = await tempFolder('undo')
    const { path, copy } = await repaired(folder)
    const plan = await planRepair(nodeHost, path)
    expect(plan.writes).toEqual([])
    const bytes = readFileSync(path)
    // The header's place for the snapshot table: as if a snapshot had been made.
    bytes.writeUInt32BE(1, 60)
    writeFileSync(path, bytes)
    const error = await refusal(() => undoRepair(nodeHost, path, copy))
    expect(error.reason).toBe('undo-other-image')
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  it('is refused when a table it would go back to was used again', async () => {
    await using folder = await tempFolder('undo')
    const image = miscounted()
    const { path, copy } = await repaired(folder, image)
    const bytes = readFileSync(path)
    bytes.fill(0xee, image.l2ClusterOf(0) * image.clusterSize).subarray(0, image.clusterSize)
    writeFileSync(path, bytes)
    expect((await refusal(() => planUndoRepair(nodeHost, path, copy))).reason).toBe(
      'undo-other-image',
    )
  })

  it('is refused for an image that became shorter, and for another image', async () => {
    await using folder = await tempFolder('undo')
    const { path, copy, original } = await repaired(folder)
    const other = await new Qcow2Builder().data(3, 0x77).leak(9).writeTo(folder.file('other'))
    expect((await refusal(() => undoRepair(nodeHost, other, copy))).reason).toBe('undo-other-image')
    await truncate(path, original.length - 4096)
    expect((await refusal(() => undoRepair(nodeHost, path, copy))).reason).toBe('undo-file-shorter')
  })

  it('is refused with a safety copy that is damaged, cut, or none at all', async () => {
    await using folder = await tempFolder('undo')
    const { path, copy } = await repaired(folder)
    const repairedBytes = readFileSync(path)
    const good = readFileSync(copy)
    const bad = [
      Buffer.from(good.map((byte, at) => (at === good.length - 40 ? byte ^ 1 : byte))),
      good.subarray(0, good.length - 1),
      good.subarray(0, 20),
      Buffer.alloc(0),
      Buffer.concat([good, Buffer.alloc(1)]),
      Buffer.concat([Buffer.from('PLTRUNDO'), Buffer.alloc(60, 0xff)]),
      repairedBytes,
    ]
    for (const bytes of bad) {
      writeFileSync(folder.file('bad'), bytes)
      const error = await refusal(() => undoRepair(nodeHost, path, folder.file('bad')))
      expect(error.reason).toBe('undo-copy-invalid')
      expect(Object.values(error.explanation).join(' ')).not.toMatch(/undefined|NaN/)
    }
    expect(readFileSync(path).equals(repairedBytes)).toBe(true)
  })
})

describe('rebuilding refcounts', () => {
  it('mends a dirty image in one step, without a safety copy', async () => {
    await using folder = await tempFolder('rebuild')
    const image = new Qcow2Builder({ dirty: true, lazyRefcounts: true }).data(0).leak(3)
    image.setRefcount(image.hostClusterOf(0), 0n)
    const path = await imageIn(folder, image)
    const result = await rebuildImageRefcounts(nodeHost, path)
    expect(result.before.verdict).toBe('corrupt')
    expect(result.after).toMatchObject({ verdict: 'clean', warnings: 0 })
    expect(readdirSync(folder.path)).toEqual(['disk.qcow2'])
  })

  it('refuses images that are marked corrupt, or damaged otherwise', async () => {
    await using folder = await tempFolder('rebuild')
    const marked = await imageIn(folder, new Qcow2Builder().header('incompatibleFeatures', 2))
    const refused = await refusal(() => rebuildImageRefcounts(nodeHost, marked))
    expect(refused.reason).toBe('image-corrupt')
    const damaged = await imageIn(folder, unaligned())
    const error = await refusal(() => rebuildImageRefcounts(nodeHost, damaged))
    expect(error.reason).toBe('repair-first')
  })
})
