/**
 * Valid qcow2 images whose clusters lie in any order: tables before, behind and amidst what they map, compressed
 * clusters side by side over the borders of host clusters, and clusters that nobody refers to.
 */
import { deflateRawSync, zstdCompressSync } from 'node:zlib'
import { noise } from './noise.ts'
import type { Random } from './random.ts'

export interface ScatteredImage {
  readonly bytes: Buffer
  readonly clusterSize: number
  /** What the guest reads. */
  readonly content: Buffer
  readonly story: string
}

/** How the host clusters are laid out. */
type Order = 'as they are needed' | 'tables first' | 'tables last' | 'at random'

/** One thing that takes host clusters of its own. */
interface Part {
  readonly clusters: number
  readonly kind: 'l1' | 'l2' | 'data' | 'packed' | 'refcounts' | 'junk'
  at: number
}

const compressedFlag = 1n << 62n
const copied = 1n << 63n

export function scatteredImage(random: Random): ScatteredImage {
  const version = random.pick([2, 3, 3])
  const extended = version === 3 && random.chance(0.25)
  const clusterBits = extended ? 14 : random.pick([9, 9, 10, 12])
  const clusterSize = 2 ** clusterBits
  const zstd = version === 3 && random.chance(0.3)
  const entryBytes = extended ? 16 : 8
  const perTable = clusterSize / entryBytes
  // Some tables in every image; the last cluster may be cut by the end of the disk.
  const tables = extended ? 1 : 1 + random.below(clusterBits === 12 ? 2 : 5)
  const guests = Math.max(1, Math.min(160, perTable * tables - random.below(perTable)))
  const virtualSize = guests * clusterSize - 512 * random.below(Math.min(8, clusterSize / 512))
  const order = random.pick<Order>([
    'as they are needed',
    'tables first',
    'tables last',
    'at random',
  ])
  const packs = random.pick([0, 0.2, 0.9])

  const content = Buffer.alloc(guests * clusterSize)
  const parts: Part[] = []
  const part = (kind: Part['kind'], clusters = 1): Part => {
    const made: Part = { kind, clusters, at: 0 }
    parts.push(made)
    return made
  }
  const l1Entries = Math.ceil(guests / perTable)
  const l1 = part('l1', Math.ceil((l1Entries * 8) / clusterSize))
  const refcounts = part('refcounts', 2)
  const l2s = Array.from({ length: l1Entries }, (): Part | undefined => undefined)
  const mapped: {
    readonly guest: number
    readonly data?: Part
    readonly packed?: { readonly area: Part; readonly from: number; readonly bytes: Buffer }
    readonly bits: bigint
    readonly isZero?: boolean
  }[] = []
  let area: { readonly part: Part; filled: number } | undefined

  for (let guest = 0; guest < guests; guest++) {
    const bytes = content.subarray(guest * clusterSize, (guest + 1) * clusterSize)
    const sort = random.pick(['none', 'data', 'data', 'data', 'zero'])
    const index = Math.floor(guest / perTable)
    if (sort === 'none') continue
    l2s[index] ??= part('l2')
    if (sort === 'zero') {
      if (version === 2) continue
      const data = random.chance(0.5) ? part('data') : undefined
      mapped.push({ guest, bits: 0xffff_ffffn << 32n, isZero: true, ...(data ? { data } : {}) })
    } else if (random.chance(packs)) {
      bytes.set(noise(guest, Math.floor(clusterSize / (2 + random.below(6)))))
      const packed = zstd ? zstdCompressSync(bytes) : deflateRawSync(bytes, { windowBits: 12 })
      if (
        area === undefined ||
        area.filled + packed.length > 4 * clusterSize ||
        random.chance(0.1)
      ) {
        area = { part: part('packed', 6), filled: 0 }
      }
      mapped.push({
        guest,
        packed: { area: area.part, from: area.filled, bytes: packed },
        bits: 0n,
      })
      area.filled += packed.length
    } else {
      bytes.set(random.chance(0.1) ? Buffer.alloc(clusterSize) : noise(guest + 1, clusterSize))
      let bits = 0xffff_ffffn
      if (extended) {
        // Some subclusters are not there, and some are zero.
        const gone = random.below(2 ** 16)
        const zero = random.below(2 ** 16) * 2 ** 16
        bits = (BigInt(zero) << 32n) | BigInt((0xffff_ffff - gone - zero) % 2 ** 32)
        for (let sub = 0; sub < 32; sub++) {
          if (((BigInt(gone) + BigInt(zero)) >> BigInt(sub)) & 1n) {
            bytes.fill(0, (sub * clusterSize) / 32, ((sub + 1) * clusterSize) / 32)
          }
        }
      }
      mapped.push({ guest, data: part('data'), bits })
    }
    if (random.chance(0.1)) part('junk', 1 + random.below(3))
  }

  place(parts, order, random)
  const end = parts.reduce((most, { at, clusters }) => Math.max(most, at + clusters), 1)
  const bytes = Buffer.alloc(end * clusterSize)
  for (const { kind, at, clusters } of parts) {
    if (kind === 'junk') bytes.set(noise(at, clusters * clusterSize), at * clusterSize)
  }
  for (const [index, l2] of l2s.entries()) {
    if (l2 === undefined) continue
    const value = copied | BigInt(l2.at * clusterSize)
    bytes.writeBigUInt64BE(value, l1.at * clusterSize + index * 8)
  }
  const sectorShift = BigInt(62 - (clusterBits - 8))
  for (const { guest, data, packed, bits, isZero = false } of mapped) {
    const table = l2s[Math.floor(guest / perTable)]
    if (table === undefined) continue
    const entry = table.at * clusterSize + (guest % perTable) * entryBytes
    let value = 0n
    if (packed !== undefined) {
      const offset = packed.area.at * clusterSize + packed.from
      bytes.set(packed.bytes, offset)
      const sectors =
        Math.floor((offset + packed.bytes.length - 1) / 512) - Math.floor(offset / 512)
      value = compressedFlag | (BigInt(sectors) << sectorShift) | BigInt(offset)
    } else if (data !== undefined) {
      value = copied | BigInt(data.at * clusterSize)
      // Under a zero flag anything may stand, and in subclusters that are not there.
      const stored = isZero || extended ? noise(guest + 7, clusterSize) : Buffer.alloc(clusterSize)
      const own = content.subarray(guest * clusterSize, (guest + 1) * clusterSize)
      if (!isZero) copyStored(own, stored, extended ? bits : 0xffff_ffffn)
      bytes.set(stored, data.at * clusterSize)
    }
    if (isZero && !extended) value |= 1n
    bytes.writeBigUInt64BE(value, entry)
    if (extended) bytes.writeBigUInt64BE(packed === undefined ? bits : 0n, entry + 8)
  }
  // Refcounts are right for nobody, and no reader asks for them.
  bytes.writeBigUInt64BE(BigInt((refcounts.at + 1) * clusterSize), refcounts.at * clusterSize)

  bytes.writeUInt32BE(0x5146_49fb, 0)
  bytes.writeUInt32BE(version, 4)
  bytes.writeUInt32BE(clusterBits, 20)
  bytes.writeBigUInt64BE(BigInt(virtualSize), 24)
  bytes.writeUInt32BE(l1Entries, 36)
  bytes.writeBigUInt64BE(BigInt(l1.at * clusterSize), 40)
  bytes.writeBigUInt64BE(BigInt(refcounts.at * clusterSize), 48)
  bytes.writeUInt32BE(1, 56)
  if (version === 3) {
    bytes.writeBigUInt64BE((zstd ? 8n : 0n) | (extended ? 16n : 0n), 72)
    bytes.writeUInt32BE(4, 96)
    bytes.writeUInt32BE(112, 100)
    bytes.writeUInt8(zstd ? 1 : 0, 104)
  }
  const story = `v${version} clusters of ${clusterSize}, ${order}, ${guests} guest clusters, packs ${packs}`
  return { bytes, clusterSize, content: content.subarray(0, virtualSize), story }
}

/** Subclusters that are allocated get the content; the others keep what stands there. */
function copyStored(own: Buffer, stored: Buffer, bits: bigint): void {
  const length = own.length / 32
  for (let sub = 0; sub < 32; sub++) {
    const isAllocated = ((bits >> BigInt(sub)) & 1n) === 1n
    if (isAllocated) stored.set(own.subarray(sub * length, (sub + 1) * length), sub * length)
  }
}

function place(parts: Part[], order: Order, random: Random): void {
  const isTable = ({ kind }: Part) => kind === 'l1' || kind === 'l2' || kind === 'refcounts'
  const shuffled = [...parts]
  if (order === 'at random') {
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = random.below(last + 1)
      const [a, b] = [shuffled[last], shuffled[other]]
      if (a === undefined || b === undefined) continue
      shuffled[last] = b
      shuffled[other] = a
    }
  } else if (order !== 'as they are needed') {
    const rank = (part: Part) => Number(isTable(part) === (order === 'tables last'))
    shuffled.sort((a, b) => rank(a) - rank(b))
  }
  let next = 1
  for (const each of shuffled) {
    each.at = next
    next += each.clusters
  }
}
