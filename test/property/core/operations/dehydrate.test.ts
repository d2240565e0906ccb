/**
 * What dehydrating writes holds no guest bytes, whatever is wrong with the image: everything that is not
 * metadata of the undamaged image is painted with what a guest could have stored, then pointers are damaged.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { checkImage } from '../../../../core/operations/check.ts'
import { dehydrateImage } from '../../../../core/operations/dehydrate.ts'
import { rehydrateImage } from '../../../../core/operations/rehydrate.ts'
import { gramsOf, guestBytes, type GuestShape } from '../../../helpers/guest-bytes.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../helpers/qcow2-builder.ts'
import { seededRandom, type Random } from '../../../helpers/random.ts'
import { someRounds } from '../../../helpers/some-of.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

const shapes: readonly BuilderOptions[] = [
  {},
  { version: 2 },
  { clusterBits: 9, virtualSize: 100 * 512 },
  { refcountOrder: 0 },
  { refcountOrder: 1 },
  { refcountOrder: 3 },
  { refcountOrder: 5 },
  { refcountOrder: 6 },
  { extendedL2: true, clusterBits: 14, virtualSize: 8 * 2 ** 14 },
  { compression: 'zstd' },
  { lazyRefcounts: true, dirty: true },
  { backing: { name: 'base.raw', format: 'raw' } },
]

function usualImage(options: BuilderOptions, random: Random): Qcow2Builder {
  const image = new Qcow2Builder(options)
  const guests = Math.min(12, Math.floor(image.virtualSize / image.clusterSize))
  for (let guest = 0; guest < guests; guest++) {
    const kind = random.below(4)
    if (kind < 2) image.data(guest)
    else if (kind === 2) image.compressed(guest)
  }
  if (options.refcountOrder !== 0) image.snapshot({ id: '1', name: 'monday' })
  if (image.version === 3) image.bitmap({ name: 'daily' })
  return image.leak(3).build()
}

/** Ranges of the file that are metadata, from the map of the form with two files. */
async function metadataOf(folder: TempFolder, image: Qcow2Builder): Promise<[number, number][]> {
  await image.writeTo(folder.file('whole.qcow2'))
  const made = { form: 'two-files', overwrite: true } as const
  await dehydrateImage(nodeHost, folder.file('whole.qcow2'), folder.file('whole'), made)
  const map = await readFile(folder.file('whole.map'), 'utf8')
  return Array.from(map.matchAll(/\((\d+) (\d+)\)/g), ([, first, last]) => [
    Number(first),
    Number(last) + 1,
  ])
}

/** Paints all but the metadata and gives what was painted, as grams. */
function paint(
  bytes: Buffer,
  metadata: readonly [number, number][],
  fill: (length: number) => Buffer,
) {
  const grams = new Set<number>()
  let at = 0
  for (const [start, end] of [...metadata, [bytes.length, bytes.length] as const]) {
    const painted = fill(start - at)
    painted.copy(bytes, at)
    for (const gram of gramsOf(painted)) grams.add(gram)
    at = end
  }
  return grams
}

/** One pointer of any table leads anywhere in the file. */
function misdirect(image: Qcow2Builder, random: Random): string {
  const clusters = Math.ceil(image.fileLength / image.clusterSize)
  const unaligned = random.chance(0.2) ? 512 * random.below(image.clusterSize / 512) : 0
  const to = BigInt(random.below(clusters) * image.clusterSize + unaligned)
  const aligned = to - (to % BigInt(image.clusterSize))
  const flags = BigInt(random.below(2)) << 63n
  const kinds: readonly (readonly [string, () => unknown])[] = [
    ['L1 entry', () => image.l1Entry(0, () => flags | to)],
    [
      'second L1 entry',
      () => image.word(image.l1Cluster * image.clusterSize + 8, () => flags | to),
    ],
    ['L2 entry', () => image.l2Entry(random.below(8), () => flags | to)],
    ['refcount table entry', () => image.refcountTableEntry(0, () => to)],
    ['refcount table entry behind', () => image.refcountTableEntry(1 + random.below(3), () => to)],
    ['L1 table', () => image.header('l1TableOffset', aligned)],
    ['size of the L1 table', () => image.header('l1Size', image.l1Entries + random.below(600))],
    ['refcount table', () => image.header('refcountTableOffset', aligned)],
    ['length of the refcount table', () => image.header('refcountTableClusters', random.below(6))],
    ['snapshot table', () => image.header('snapshotsOffset', aligned)],
    ['number of snapshots', () => image.header('snapshotCount', 1 + random.below(4))],
    [
      'L1 table of the snapshot',
      () => image.snapshotTableOffset > 0 && image.word(image.snapshotTableOffset, () => aligned),
    ],
    [
      'table of the bitmap',
      () =>
        image.bitmapDirectoryOffset > 0 && image.word(image.bitmapDirectoryOffset, () => aligned),
    ],
    ['refcount order', () => image.version === 3 && image.header('refcountOrder', random.below(7))],
    ['length of the header', () => image.version === 3 && image.header('headerLength', 112)],
  ]
  const [what, act] = random.pick(kinds)
  act()
  return `${what} -> 0x${to.toString(16)}`
}

const guestShapes: readonly GuestShape[] = ['noise', 'text', 'wide text']
const rounds = someRounds(24, { oneIn: 4 })

/** What is wrong with what was sent of an image; undefined for an image that no check takes. */
async function faultsOf(
  folder: TempFolder,
  image: Qcow2Builder,
  grams: ReadonlySet<number>,
): Promise<string[] | undefined> {
  const damaged = folder.file('damaged.qcow2')
  await writeFile(damaged, image.bytes)
  const expected = await verdictOf(damaged)
  if (expected === undefined) return undefined
  const options = { format: 'qcow2', overwrite: true } as const
  const sent = folder.file('sent')
  const { judgedTheSame } = await dehydrateImage(nodeHost, damaged, sent, options)
  const again = folder.file('again.qcow2')
  await rehydrateImage(nodeHost, sent, again, options)
  const bytes = await readFile(again)
  const isLie = judgedTheSame && !isDeepStrictEqual(await verdictOf(again), expected)
  const leaked = [...gramsOf(bytes)].some((gram) => grams.has(gram))
  return [
    ...(leaked ? ['guest bytes were sent'] : []),
    ...(isLie ? ['it is not judged the same'] : []),
    ...(bytes.length === image.bytes.length ? [] : ['it has another length']),
  ]
}

describe.each(guestShapes)('with %s as guest data', (guestShape) => {
  test('no stretch of it is in a container, and a judgement is never a lie', async () => {
    await using folder = await tempFolder('dehydrate')
    let done = 0
    const faults: string[] = []
    for (let seed = 0; seed < rounds; seed++) {
      const random = seededRandom(seed)
      const image = usualImage(random.pick(shapes), random)
      const metadata = await metadataOf(folder, image)
      const grams = paint(image.bytes, metadata, (length) => guestBytes(guestShape, length, random))
      const story = Array.from({ length: random.below(3) }, () => misdirect(image, random))
      const found = await faultsOf(folder, image, grams)
      if (found !== undefined) done++
      faults.push(...(found ?? []).map((fault) => `seed ${seed}: ${story.join('; ')}: ${fault}`))
    }
    expect(faults).toEqual([])
    expect(done).toBeGreaterThan(rounds * 0.8)
  }, 120_000)
})

async function verdictOf(path: string) {
  try {
    const result = await checkImage(nodeHost, path, { format: 'qcow2' })
    const { verdict, health, corruptions, leaks, checkErrors, warnings, clusters } = result
    return { verdict, health, corruptions, leaks, checkErrors, warnings, clusters }
  } catch (error) {
    if (ImageError.from(error).kind === 'internal') throw error
    return undefined
  }
}
