/** Partition tables and superblocks that say anything: an answer in bounded time and memory, and no write outside. */
import { expect, it } from 'vitest'
import { isAllZero } from '../../core/base/zeroes.ts'
import { ImageError } from '../../core/errors/image-error.ts'
import { layoutOf } from '../../core/guest/disk-layout.ts'
import { foreignBytes, planGptMove } from '../../core/guest/gpt-move.ts'
import type { GuestDisk } from '../../core/guest/guest-bytes.ts'
import { readStructure } from '../../core/guest/read-structure.ts'
import { tableBytes } from '../../core/guest/table-bytes.ts'
import { writeGptMove } from '../../core/guest/write-gpt-move.ts'
import { gptDisk } from '../helpers/gpt-disk.ts'
import { seededRandom, type Random } from '../helpers/random.ts'
import { goldenDisks, openGolden } from '../unit/core/guest/golden/golden-disk.ts'

const rounds = 600
const mib = 2 ** 20
/** A thousand partitions, each with its superblocks, and both tables; more is read of no disk. */
const READ_LIMIT = 40 * mib

/** Some sectors that are stored, and zeroes; small however large it claims to be. */
class FuzzedDisk implements GuestDisk {
  readonly length: number
  readonly #sectors: Map<number, Uint8Array>
  bytesRead = 0
  readonly written: (readonly [at: number, length: number])[] = []

  constructor(length: number, sectors: Map<number, Uint8Array>) {
    this.length = length
    this.#sectors = sectors
  }

  async read(into: Uint8Array, at: number): Promise<void> {
    this.#mustLieInside(at, into.length)
    this.bytesRead += into.length
    for (let done = 0; done < into.length;) {
      const inSector = (at + done) % 512
      const piece = Math.min(512 - inSector, into.length - done)
      const sector = this.#sectors.get((at + done - inSector) / 512)
      if (sector === undefined) into.fill(0, done, done + piece)
      else into.set(sector.subarray(inSector, inSector + piece), done)
      done += piece
    }
  }

  async write(from: Uint8Array, at: number): Promise<void> {
    this.#mustLieInside(at, from.length)
    this.written.push([at, from.length])
  }

  async flush(): Promise<void> {}

  #mustLieInside(at: number, length: number): void {
    if (Number.isSafeInteger(at) && at >= 0 && at + length <= this.length) return
    throw new RangeError(`an access to ${length} bytes at ${at}`)
  }
}

const sectorsOf = (disk: Uint8Array): Map<number, Uint8Array> => {
  const sectors = new Map<number, Uint8Array>()
  for (let at = 0; at < disk.length; at += 512) {
    const sector = disk.subarray(at, at + 512)
    if (!isAllZero(sector)) sectors.set(at / 512, sector.slice())
  }
  return sectors
}

/** A chain of logical partitions that goes on past every limit, or comes back to itself. */
function chain(random: Random): Map<number, Uint8Array> {
  const sectors = new Map<number, Uint8Array>()
  const put = (at: number, entries: readonly (readonly [type: number, start: number])[]) => {
    const sector = new Uint8Array(512)
    const view = new DataView(sector.buffer)
    for (const [index, [type, start]] of entries.entries()) {
      view.setUint8(446 + 16 * index + 4, type)
      view.setUint32(446 + 16 * index + 8, start, true)
      view.setUint32(446 + 16 * index + 12, 1 + random.below(100), true)
    }
    view.setUint16(510, 0x55aa)
    sectors.set(at, sector)
  }
  put(0, [[0x05, 1]])
  const links = 10 + random.below(600)
  for (let link = 0; link < links; link++) {
    const isLast = link === links - 1
    put(1 + link * 2, [
      [0x83, 1],
      [0x0f, isLast ? random.below(2 * links) : (link + 1) * 2],
    ])
  }
  return sectors
}

interface Fuzzed {
  readonly length: number
  readonly sectors: Map<number, Uint8Array>
}

const golden = Object.values(goldenDisks())
/** Made once; each round harms a copy. */
const tables = new Map<string, Fuzzed>()

/** As many partitions as it has entries. */
function withTable(entries: number, sectorSize: 512 | 4096): Fuzzed {
  const key = `${entries} ${sectorSize}`
  const known = tables.get(key)
  if (known !== undefined) return known
  const parts = Array.from({ length: entries }, (_, index) => ({
    first: 400 + 4 * index,
    last: 403 + 4 * index,
  }))
  const disk = gptDisk({ sectors: 8192, parts, entries, sectorSize })
  const made = { length: disk.length, sectors: sectorsOf(disk) }
  tables.set(key, made)
  return made
}

async function original(random: Random): Promise<Fuzzed> {
  const kind = random.below(4)
  if (kind === 0) return { length: 8 * mib, sectors: chain(random) }
  if (kind === 1) {
    const sectorSize = random.pick([512, 4096] as const)
    const entries = random.pick([4, 16, 128, 1024])
    const { length, sectors } = withTable(entries, sectorSize)
    return { length, sectors: new Map([...sectors].map(([at, sector]) => [at, sector.slice()])) }
  }
  const disk = random.pick(golden)
  const bytes = openGolden(disk)
  const sectors = new Map<number, Uint8Array>()
  for (const at of disk.sectors) {
    const sector = new Uint8Array(512)
    await bytes.read(sector, at * 512)
    sectors.set(at, sector)
  }
  return { length: disk.length, sectors }
}

const extremes = [0, 1, 2, 127, 128, 255, 0xffff, 0x7fff_ffff, 0xffff_ffff]

/** Some fields are extreme, some bytes anything, a sector is elsewhere, or the disk ends early. */
async function fuzzed(random: Random): Promise<FuzzedDisk> {
  const { length, sectors } = await original(random)
  const places = [...sectors.keys()]
  for (let count = random.below(6); count > 0; count--) {
    const place = random.pick(places)
    const sector = sectors.get(place)
    if (sector === undefined) continue
    const view = new DataView(sector.buffer, sector.byteOffset)
    const kind = random.below(5)
    if (kind < 2) view.setUint32(4 * random.below(128), random.pick(extremes), random.chance(0.5))
    else if (kind === 2) view.setUint8(random.below(512), random.below(256))
    else if (kind === 3) view.setUint16(2 * random.below(256), random.pick(extremes), true)
    else sectors.set(random.below(100), sector)
  }
  const cut = random.chance(0.2) ? random.below(length / 512) * 512 : length
  return new FuzzedDisk(cut, sectors)
}

async function look(disk: FuzzedDisk, random: Random): Promise<void> {
  const structure = await readStructure(disk, undefined)
  const ends = { storedEnd: disk.length, contentEnd: disk.length }
  const { safeSize = 0, partitions } = layoutOf(disk.length, structure, ends)
  if (!Number.isSafeInteger(safeSize) || safeSize > disk.length)
    throw new Error(`safe: ${safeSize}`)
  for (const { start, end } of partitions) {
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || end < start) {
      throw new Error(`a partition from ${start} to ${end}`)
    }
  }
  if (disk.bytesRead > READ_LIMIT) throw new Error(`${disk.bytesRead} bytes were read`)
  const size = random.chance(0.5) ? disk.length : random.below(disk.length / 512 + 1) * 512
  const move = await planGptMove(disk, structure, size)
  await foreignBytes(disk, move)
  await tableBytes(disk, structure, move)
  await writeGptMove(disk, move)
  for (const [at, length] of disk.written) {
    const isTable = at < 2 * 4096 && length === 512
    const hit = partitions.find(({ start, end }) => at < end && start < at + length)
    if (at + length > size) throw new Error(`${length} bytes past the new end, at ${at}`)
    if (hit !== undefined && !isTable) throw new Error(`partition ${hit.number} is written to`)
  }
}

it(`answers ${rounds} disks whose tables and superblocks say anything`, async () => {
  const failures: string[] = []
  for (let seed = 1; seed <= rounds; seed++) {
    const random = seededRandom(seed)
    const disk = await fuzzed(random)
    const from = performance.now()
    try {
      await look(disk, random)
    } catch (error) {
      const words = error instanceof ImageError ? Object.values(error.explanation).join(' ') : ''
      const isFine = error instanceof ImageError && error.kind !== 'internal'
      if (!isFine || /undefined|NaN/.test(words)) failures.push(`seed ${seed}: ${String(error)}`)
    }
    const took = performance.now() - from
    if (took > 3000) failures.push(`seed ${seed} took ${Math.round(took)} ms`)
  }
  expect(failures).toEqual([])
}, 60_000)
