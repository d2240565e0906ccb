/**
 * Images that are broken at random, always the same way for the same seed: header fields, L1 and L2
 * entries, refcounts, snapshot tables, bitmaps and lengths.
 */
import {
  headerField,
  Qcow2Builder,
  type BuilderOptions,
  type HeaderField,
} from './qcow2-builder.ts'
import { seededRandom, type Random } from './random.ts'

export interface BrokenImage {
  /** What was done to it, for the failure message. */
  readonly story: readonly string[]
  readonly image: Qcow2Builder
}

/** Images of one shape name this file. QEMU resolves the name against its working directory, not against
 * the image's folder. */
export const dataFileName = 'guest.data'

const shapes: readonly BuilderOptions[] = [
  {},
  { version: 2 },
  { clusterBits: 9, virtualSize: 100 * 512 },
  { clusterBits: 16 },
  { refcountOrder: 0 },
  { refcountOrder: 1 },
  { refcountOrder: 2, clusterBits: 9 },
  { refcountOrder: 3 },
  { refcountOrder: 5 },
  { refcountOrder: 6 },
  { extendedL2: true, clusterBits: 14 },
  { compression: 'zstd' },
  { lazyRefcounts: true, dirty: true },
  { dataFile: dataFileName },
]

/** A small image of a random shape, and up to three things wrong with it. */
export function brokenImage(seed: number): BrokenImage {
  const random = seededRandom(seed)
  const options = random.pick(shapes)
  const image = new Qcow2Builder(options)
  const story = [`shape ${JSON.stringify(options)}`]
  fill(image, random)
  const count = 1 + random.below(3)
  for (let done = 0; done < count; done++) story.push(random.pick(damages)(image, random))
  // Last, because the other damages need their bytes to be there.
  if (random.chance(0.2)) story.push(cutOrExtend(image, random))
  return { image, story }
}

function fill(image: Qcow2Builder, random: Random): void {
  const guests = Math.min(12, Math.floor(image.virtualSize / image.clusterSize))
  const hasZero = image.version === 3
  for (let guest = 0; guest < guests; guest++) {
    const kind = random.below(hasZero ? 7 : 4)
    if (kind < 2) image.data(guest, 1 + guest)
    else if (kind === 2 && image.options.dataFile === undefined) image.compressed(guest)
    else if (kind === 4) image.zeroPlain(guest)
    else if (kind === 5) image.zeroAllocated(guest)
  }
  if (random.chance(0.4) && image.options.refcountOrder !== 0) {
    image.snapshot({ id: '1', name: 'before the update' })
  }
  if (random.chance(0.3) && image.version === 3) image.bitmap({ name: 'daily' })
  if (random.chance(0.2)) image.leak(1 + random.below(3))
}

function cutOrExtend(image: Qcow2Builder, random: Random): string {
  const limit = image.fileLength + 3 * image.clusterSize
  const length = Math.max(image.clusterSize, random.below(limit))
  image.resizeFile(length)
  return `file length ${length}`
}

type Damage = (image: Qcow2Builder, random: Random) => string

/** A value that is near the truth more often than not: far ones are all refused by the same rule. */
function offset(image: Qcow2Builder, random: Random): bigint {
  const size = image.clusterSize
  const clusters = Math.ceil(image.fileLength / size)
  switch (random.below(6)) {
    case 0:
      return BigInt(random.below(clusters) * size + 512)
    case 1:
      return BigInt((clusters + random.below(4)) * size)
    case 2:
      return 0n
    case 3:
      return random.word() & 0x00ff_ffff_ffff_fe00n
    default:
      return BigInt(random.below(clusters) * size)
  }
}

const guestOf = (image: Qcow2Builder, random: Random) =>
  random.below(Math.min(12, Math.floor(image.virtualSize / image.clusterSize)))

const flip = (random: Random) => 1n << BigInt(random.below(64))

const harmlessFields: ReadonlySet<HeaderField> = new Set(['magic', 'version'])

const damages: readonly Damage[] = [
  (image, random) => {
    const names = (Object.keys(headerField) as HeaderField[]).filter(
      (name) => !harmlessFields.has(name) && (image.version === 3 || headerField[name].at < 72),
    )
    const name = random.pick(names)
    const { bytes } = headerField[name]
    const value = random.chance(0.5)
      ? BigInt(random.below(9))
      : BigInt.asUintN(bytes * 8, bytes === 8 ? offset(image, random) : flip(random) >> 32n)
    image.header(name, BigInt.asUintN(bytes * 8, value))
    return `header ${name} = ${value}`
  },
  (image, random) => {
    const bit = flip(random)
    image.l1Entry(0, (entry) => entry ^ bit)
    return `L1 entry 0 ^ ${bit.toString(16)}`
  },
  (image, random) => {
    const to = offset(image, random)
    image.l1Entry(0, (entry) => (entry & (1n << 63n)) | to)
    return `L1 entry 0 -> ${to.toString(16)}`
  },
  (image, random) => {
    const guest = guestOf(image, random)
    const bit = flip(random)
    image.l2Entry(guest, (entry) => entry ^ bit)
    return `L2 entry ${guest} ^ ${bit.toString(16)}`
  },
  (image, random) => {
    const guest = guestOf(image, random)
    const to = offset(image, random)
    image.l2Entry(guest, (entry) => (entry & (1n << 63n)) | to)
    return `L2 entry ${guest} -> ${to.toString(16)}`
  },
  (image, random) => {
    const guest = guestOf(image, random)
    const value = random.word()
    image.l2Entry(guest, () => value)
    return `L2 entry ${guest} = ${value.toString(16)}`
  },
  (image, random) => {
    if (image.options.extendedL2 !== true) return 'nothing'
    const guest = guestOf(image, random)
    const value = random.word()
    image.l2Bitmap(guest, () => value)
    return `L2 bitmap ${guest} = ${value.toString(16)}`
  },
  (image, random) => {
    const cluster = random.below(Math.ceil(image.fileLength / image.clusterSize) + 4)
    const width = 2 ** (image.options.refcountOrder ?? 4)
    const count = BigInt.asUintN(width, BigInt(random.below(4)))
    image.setRefcount(cluster, count)
    return `refcount ${cluster} = ${count}`
  },
  (image, random) => {
    const bit = flip(random)
    image.refcountTableEntry(0, (entry) => entry ^ bit)
    return `refcount table entry 0 ^ ${bit.toString(16)}`
  },
  (image, random) => {
    const index = random.below(4)
    const to = offset(image, random)
    image.refcountTableEntry(index, () => to)
    return `refcount table entry ${index} -> ${to.toString(16)}`
  },
  (image, random) => {
    if (image.snapshotTableOffset === 0) return 'nothing'
    const at = image.snapshotTableOffset + random.below(64)
    const bytes = Uint8Array.of(random.below(256))
    image.put(at, bytes)
    return `snapshot table byte ${at} = ${bytes[0]}`
  },
  (image, random) => {
    if (image.bitmapDirectoryOffset === 0) return 'nothing'
    const at = image.bitmapDirectoryOffset + random.below(32)
    const bytes = Uint8Array.of(random.below(256))
    image.put(at, bytes)
    return `bitmap directory byte ${at} = ${bytes[0]}`
  },
  (image, random) => {
    const at =
      image.clusterSize + random.below(Math.max(1, image.fileLength - image.clusterSize - 8))
    if (at + 8 > image.fileLength) return 'nothing'
    const value = random.word()
    image.word(at, () => value)
    return `word at ${at} = ${value.toString(16)}`
  },
]

export interface ScrambledImage {
  readonly bytes: Buffer
  readonly story: readonly string[]
}

/** A broken image, and in one of two cases noise in its bytes on top. */
export function scrambledImage(seed: number): ScrambledImage {
  const { image, story } = brokenImage(seed)
  const random = seededRandom(seed ^ 0x5f5f_5f5f)
  const bytes = Buffer.from(image.bytes)
  const told = [...story]
  if (random.chance(0.5)) told.push(scramble(bytes, random))
  return { bytes, story: told }
}

/** A few bytes anywhere, most of them in the header and the tables right after it. */
function scramble(bytes: Buffer, random: Random): string {
  const places: number[] = []
  for (let count = 1 + random.below(8); count > 0; count--) {
    const span = random.chance(0.6) ? Math.min(bytes.length, 512) : bytes.length
    const at = random.below(span)
    // The magic stays: what is no qcow2 file ends at the first look.
    if (at < 8) continue
    bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)])
    places.push(at)
  }
  return `bytes at ${places.join(', ')}`
}
