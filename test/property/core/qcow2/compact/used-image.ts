/** Images of all kinds, as time leaves them, in memory; and what a test asks of them. */
import * as fc from 'fast-check'
import { ImageError } from '../../../../../core/errors/image-error.ts'
import { RawImage } from '../../../../../core/image/raw-image.ts'
import { codecs } from '../../../../../core/io/codecs.ts'
import { checkQcow2 } from '../../../../../core/qcow2/check/check-qcow2.ts'
import { FindingLog } from '../../../../../core/qcow2/check/finding-log.ts'
import { checkSubjectOf } from '../../../../../core/qcow2/check/subject-of.ts'
import type { InPlaceOptions } from '../../../../../core/qcow2/compact/compact-in-place.ts'
import { planInPlace } from '../../../../../core/qcow2/compact/in-place-plan.ts'
import { surveyImage } from '../../../../../core/qcow2/compact/survey-image.ts'
import { findZeroClusters } from '../../../../../core/qcow2/compact/zero-scan.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { Qcow2Image } from '../../../../../core/qcow2/qcow2-image.ts'
import { createSnapshot } from '../../../../../core/qcow2/snapshot/create-snapshot.ts'
import { deleteSnapshot } from '../../../../../core/qcow2/snapshot/delete-snapshot.ts'
import { readSnapshots } from '../../../../../core/qcow2/snapshots.ts'
import type { BlockFile } from '../../../../../core/storage/block-file.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { randomCall, windowOf } from '../../../../helpers/flat-disk.ts'
import { MemoryImage } from '../../../../helpers/memory-image.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'
import { seededRandom, type Random } from '../../../../helpers/random.ts'

export interface UsedImage {
  readonly file: MemoryFile
  /** What a raw backing image holds. */
  readonly backing: Uint8Array | undefined
}

/** What an image is made of. */
export interface Wish {
  readonly seed: number
  readonly options: BuilderOptions
  readonly backed: boolean
  readonly bitmaps: boolean
  readonly snapshots: number
  readonly zeroes: boolean
  readonly batchBytes: number
}

export const wishes: fc.Arbitrary<Wish> = fc.record({
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
export async function usedImage(wish: Wish): Promise<UsedImage> {
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
  return { file: image.file, backing }
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

/** What a guest reads in the active state and in every snapshot. */
export async function statesOf(
  file: BlockFile,
  { backing: below }: Pick<UsedImage, 'backing'>,
): Promise<readonly string[]> {
  const backing = below === undefined ? undefined : new RawImage(new MemoryFile(below))
  const image = new Qcow2Image({ file, area: readHeaderArea(file), codecs, backing })
  const views = [image, ...image.snapshots().map((entry) => image.atSnapshot(entry))]
  const states: string[] = []
  for (const view of views) {
    const bytes = new Uint8Array(view.virtualSize)
    await view.read(bytes, 0)
    states.push(Buffer.from(bytes).toString('base64'))
  }
  return states
}

/** What a check counts. */
export async function countsOf(
  file: BlockFile,
): Promise<{ readonly damage: number; readonly leaks: number }> {
  const log = new FindingLog(1)
  await checkQcow2(checkSubjectOf(file, readHeaderArea(file, 'check')), log)
  return { damage: log.total('corruption') + log.total('check-error'), leaks: log.total('leak') }
}

export async function optionsFor(
  file: BlockFile,
  { zeroes, batchBytes }: Pick<Wish, 'zeroes' | 'batchBytes'>,
): Promise<InPlaceOptions> {
  if (!zeroes) return { batchBytes }
  const survey = await surveyImage(file, readHeaderArea(file))
  return { batchBytes, zero: (await findZeroClusters(file, survey)).clusters }
}

/** Bytes of the file afterwards. */
export async function plannedLength(file: BlockFile, { zero }: InPlaceOptions): Promise<number> {
  const survey = await surveyImage(file, readHeaderArea(file), { zero })
  return (await planInPlace(survey)).fileLength
}
