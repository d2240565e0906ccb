import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ImageError } from '../../../../../core/errors/image-error.ts'
import {
  compactInPlace,
  type InPlaceOptions,
  type InPlaceOutcome,
} from '../../../../../core/qcow2/compact/compact-in-place.ts'
import { planInPlace } from '../../../../../core/qcow2/compact/in-place-plan.ts'
import { surveyImage } from '../../../../../core/qcow2/compact/survey-image.ts'
import { findZeroClusters } from '../../../../../core/qcow2/compact/zero-scan.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { createSnapshot } from '../../../../../core/qcow2/snapshot/create-snapshot.ts'
import { deleteSnapshot } from '../../../../../core/qcow2/snapshot/delete-snapshot.ts'
import { readSnapshots } from '../../../../../core/qcow2/snapshots.ts'
import { TraceFile } from '../../../../storage/trace-file.ts'
import { randomCall, windowOf } from '../../../../helpers/flat-disk.ts'
import { MemoryImage } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'
import { seededRandom, type Random } from '../../../../helpers/random.ts'
import { findingsOf } from '../../../../helpers/findings.ts'

interface Wish {
  readonly seed: number
  readonly options: BuilderOptions
  readonly backed: boolean
  readonly bitmaps: boolean
  readonly snapshots: number
  readonly zeroes: boolean
  readonly batchBytes: number
}

const wishes: fc.Arbitrary<Wish> = fc.record({
  seed: fc.integer(),
  options: fc.oneof(
    fc.record({
      version: fc.constantFrom(2 as const, 3 as const),
      clusterBits: fc.constantFrom(9, 9, 10, 12),
    }),
    fc.record({
      clusterBits: fc.constantFrom(9, 10, 12),
      refcountOrder: fc.constantFrom(0, 1, 2, 3, 4, 5, 6),
    }),
    fc.record({ clusterBits: fc.constant(14), extendedL2: fc.constant(true) }),
  ),
  backed: fc.boolean(),
  bitmaps: fc.boolean(),
  snapshots: fc.integer({ min: 0, max: 3 }),
  zeroes: fc.boolean(),
  batchBytes: fc.constantFrom(1, 4096, 2 ** 20),
})

/** An image that a guest has used for a while, all of it durable. */
async function used(wish: Wish): Promise<MemoryImage> {
  const random = seededRandom(wish.seed)
  const { options } = wish
  const clusterSize = 2 ** (options.clusterBits ?? 12)
  const virtualSize = clusterSize * (20 + random.below(60))
  const backing = wish.backed ? filledWith(random, virtualSize) : undefined
  const isOld = options.version === 2
  const builder = new Qcow2Builder({
    ...options,
    virtualSize,
    ...(wish.backed ? { backing: { name: 'base.raw', format: 'raw' } } : {}),
  })
  for (let guest = random.below(3); guest < 20; guest += 1 + random.below(2)) {
    builder.data(guest, random.pick([0, 0, 1 + guest]))
  }
  builder.leak(random.below(4))
  if (wish.bitmaps && !isOld) builder.bitmap({ name: 'one' }).leak().bitmap({ name: 'two' })
  const image = new MemoryImage(builder, backing === undefined ? {} : { backing })
  const { writer } = image
  const window = await windowOf(writer)
  // Each snapshot is one more reference.
  const most = Math.min(wish.snapshots, 2 ** (2 ** (options.refcountOrder ?? 4)) - 2)
  for (let snapshot = 0; snapshot <= most; snapshot++) {
    for (let calls = random.below(20); calls > 0; calls--) await randomCall(writer, window, random)
    await writer.flush()
    if (snapshot < most) await takeSnapshot(image, `state ${snapshot}`)
  }
  const [first] = readSnapshots(image.file, writer.area.header)
  if (first !== undefined && random.chance(0.5)) {
    const snapshot = { name: first.name }
    await writer.restructure(
      async (file, area) => (await deleteSnapshot(file, area, { snapshot })).area,
    )
  }
  await writer.flush()
  await writer.flush()
  return image
}

/** Narrow refcounts cannot count what is packed together once more. */
async function takeSnapshot({ writer }: MemoryImage, name: string): Promise<void> {
  try {
    await writer.restructure(async (file, area) => {
      const created = await createSnapshot(file, area, { name, takenAt: 1 })
      return created.area
    })
  } catch (error) {
    if (!(error instanceof ImageError) || error.reason !== 'refcount-overflow') throw error
  }
}

const filledWith = (random: Random, length: number) =>
  Uint8Array.from({ length }, (_, at) => ((at >> 9) * 7 + random.below(2)) % 256)

async function statesOf(image: MemoryImage): Promise<readonly string[]> {
  const states = [await image.stored()]
  const count = readSnapshots(image.file, readHeaderArea(image.file).header).length
  for (let index = 0; index < count; index++) states.push(await image.snapshot(index))
  return states.map((bytes) => Buffer.from(bytes).toString('base64'))
}

async function optionsFor(
  image: MemoryImage,
  { zeroes, batchBytes }: Wish,
): Promise<InPlaceOptions> {
  if (!zeroes) return { batchBytes }
  const survey = await surveyImage(image.file, readHeaderArea(image.file))
  return { batchBytes, zero: (await findZeroClusters(image.file, survey)).clusters }
}

async function compact(image: MemoryImage, options: InPlaceOptions): Promise<InPlaceOutcome> {
  return compactInPlace(image.file, readHeaderArea(image.file), options)
}

async function plannedLength(image: MemoryImage, { zero }: InPlaceOptions): Promise<number> {
  const survey = await surveyImage(image.file, readHeaderArea(image.file), { zero })
  return (await planInPlace(survey)).fileLength
}

describe('Compacting in place', () => {
  test('keeps every state, leaks nothing, ends where it was planned and does so once', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, async (wish) => {
        const image = await used(wish)
        const states = await statesOf(image)
        const options = await optionsFor(image, wish)
        const length = await plannedLength(image, options)
        const hadLeaks = (await findingsOf(image.file)).length > 0
        const { outcome } = await compact(image, options)
        if (outcome === 'compacted' || !hadLeaks) expect(await findingsOf(image.file)).toEqual([])
        expect(await statesOf(image)).toEqual(states)
        expect(image.file.size()).toBe(length)

        const trace = new TraceFile(image.file)
        const again = await optionsFor(image, wish)
        await compactInPlace(trace, readHeaderArea(trace), again)
        expect(trace.lines).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  test('is cancelled anywhere without harm, and goes on from there', async () => {
    await fc.assert(
      fc.asyncProperty(wishes, fc.integer({ min: 0, max: 15 }), async (wish, turns) => {
        const image = await used(wish)
        const states = await statesOf(image)
        const options = await optionsFor(image, wish)
        const controller = new AbortController()
        const { signal } = controller
        let left = turns
        const onProgress = () => {
          if (left-- === 0) controller.abort()
        }
        const error = await compact(image, { ...options, signal, onProgress }).then(
          () => undefined,
          (thrown: unknown) => ImageError.from(thrown),
        )
        if (error !== undefined) expect(error.kind).toBe('cancelled')
        const findings = await findingsOf(image.file)
        expect(findings.filter((text) => !text.includes('leak'))).toEqual([])
        expect(await statesOf(image)).toEqual(states)

        const length = await plannedLength(image, await optionsFor(image, wish))
        const { outcome } = await compact(image, await optionsFor(image, wish))
        if (outcome === 'compacted') expect(await findingsOf(image.file)).toEqual([])
        expect(await statesOf(image)).toEqual(states)
        expect(image.file.size()).toBe(length)
      }),
      { numRuns: 50 },
    )
  })
})
