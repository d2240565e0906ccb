import { describe, expect, test } from 'vitest'
import { ReferenceCounts } from '../../../../../core/qcow2/check/reference-counts.ts'
import { StoredRefcounts } from '../../../../../core/qcow2/check/stored-refcounts.ts'
import { checkSubjectOf } from '../../../../../core/qcow2/check/subject-of.ts'
import { MetadataReader } from '../../../../../core/qcow2/check/subject.ts'
import { ClaimedClusters } from '../../../../../core/qcow2/dehydrate/claimed-clusters.ts'
import { cleanL1 } from '../../../../../core/qcow2/dehydrate/clean-l1.ts'
import { cleanL2 } from '../../../../../core/qcow2/dehydrate/clean-l2.ts'
import { cleanRefcountTable } from '../../../../../core/qcow2/dehydrate/clean-refcount-table.ts'
import { cleanRefcounts } from '../../../../../core/qcow2/dehydrate/clean-refcounts.ts'
import { Places } from '../../../../../core/qcow2/dehydrate/places.ts'
import { looksLikeData } from '../../../../../core/qcow2/dehydrate/table-health.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { asWordTable, fileBytesOf } from '../../../../../core/qcow2/word-table.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { guestBytes } from '../../../../helpers/guest-bytes.ts'
import { Qcow2Builder, type BuilderOptions } from '../../../../helpers/qcow2-builder.ts'
import { seededRandom } from '../../../../helpers/random.ts'

const copied = 1n << 63n
const compressed = 1n << 62n

/** 17 clusters of 4 KiB. */
function placesOf(options: BuilderOptions = {}): Places {
  const image = new Qcow2Builder(options).data(0).leak(11).build()
  const file = new MemoryFile(image.bytes)
  const subject = checkSubjectOf(file, readHeaderArea(file))
  return new Places(subject, StoredRefcounts.load(subject, new MetadataReader(file, Infinity)))
}

function cleaned(entries: readonly bigint[], clean: (words: Uint32Array<ArrayBuffer>) => unknown) {
  const bytes = Buffer.from(new ArrayBuffer(entries.length * 8))
  for (const [index, entry] of entries.entries()) bytes.writeBigUInt64BE(entry, index * 8)
  const words = asWordTable(new Uint8Array(bytes.buffer))
  const health = clean(words)
  const back = Buffer.from(fileBytesOf(words))
  return { health, entries: entries.map((_, index) => back.readBigUInt64BE(index * 8)) }
}

/** A guest's bytes, as an entry. */
const guestWord = Buffer.from('guest!!!').readBigUInt64BE()

describe('an L2 entry', () => {
  const places = placesOf()
  const clean = (entry: bigint) => cleaned([entry], (words) => cleanL2(words, 0x5000, places))

  test.each([
    ['unallocated', 0n],
    ['that reads as zeroes', 1n],
    ['of a cluster of the file', copied | 0x4000n],
    ['of a cluster that reads as zeroes', copied | 0x4001n],
    ['of packed data in the file', compressed | 0x4321n],
  ])('%s stays as it is', (_what, entry) => {
    expect(clean(entry).entries).toEqual([entry])
  })

  test.each([
    ['with reserved bits', copied | 0x4000n | 0x1500_0000_0000_00a8n, copied | 0x4002n],
    ['inside a cluster', copied | 0x4e00n, copied | 0x4200n],
    [
      'of packed data that claims to be in place',
      copied | compressed | 0x4321n,
      copied | compressed | 0x4000n,
    ],
  ])('%s keeps its cluster and its flags only', (_what, entry, expected) => {
    expect(clean(entry)).toEqual({ health: { entries: 1, damaged: 1 }, entries: [expected] })
  })

  test('past the end of the file becomes the same one wherever it led', () => {
    const [one] = clean(copied | 0x1234_5678_9000n).entries
    const [other] = clean(copied | 0x00fe_dcba_9876_5000n).entries
    expect(one).toBe(other)
    expect(one ?? 0n).toBeGreaterThan(copied | 0x11000n)
  })

  test('that is a guest’s text keeps none of it', () => {
    expect(clean(guestWord).entries[0]).toBe(compressed | BigInt(places.pastEnd))
  })

  test('with subclusters keeps which are zeroes in two pieces, and no more', () => {
    const extended = placesOf({ extendedL2: true, clusterBits: 14 })
    const cleanPair = (bitmap: bigint) =>
      cleaned([0n, bitmap << 32n], (words) => cleanL2(words, 0x8000, extended))
    expect(cleanPair(0xff00_00f0n).entries[1]).toBe(0xff00_00f0n << 32n)
    expect(cleanPair(BigInt(Buffer.from('text').readUInt32BE()))).toEqual({
      health: { entries: 1, damaged: 0 },
      entries: [0n, 2n << 32n],
    })
  })
})

describe('other entries', () => {
  const places = placesOf()

  test('of an L1 table keep a place in the file, aligned or not, and lose all else', () => {
    const entries = [copied | 0x5000n, copied | 0x5200n, 0x7f00_0000_0000_5000n, guestWord]
    const { entries: kept, health } = cleaned(entries, (words) => cleanL1(words, places))
    const past = BigInt(places.standInFor(2 ** 50))
    expect(health).toEqual({ entries: 4, damaged: 3 })
    expect(kept).toEqual([copied | 0x5000n, copied | 0x5200n, 0x5001n, past + 1n])
  })

  test('of a refcount table past the end lead to one place past the end', () => {
    const entries = [0x2000n, 0x7fff_0000_0000n, 0xffff_ffff_ffff_f000n, 0x2007n]
    const { entries: kept } = cleaned(entries, (words) => cleanRefcountTable(words, places))
    expect(kept).toEqual([0x2000n, BigInt(places.pastEnd), 0xffff_ffff_ffff_f000n, 0x2001n])
  })
})

describe('refcounts', () => {
  function counted(): ReferenceCounts {
    const counts = new ReferenceCounts({ first: 0, max: 65_535, budget: 2 ** 20 })
    counts.add(0, 8, 1)
    counts.add(3, 1, 6)
    return counts
  }

  test('keep how they stand to what was counted, and neighbours that differ stay different', () => {
    const block = Buffer.alloc(512)
    const stored = [1, 0, 2, 7, 6, 900, 901, 0, 0, 77, 77, 1]
    for (const [index, count] of stored.entries()) block.writeUInt16BE(count, 2 * index)
    cleanRefcounts(block, { firstCluster: 0, refcountOrder: 4, counts: counted() })
    const kept = stored.map((_, index) => block.readUInt16BE(2 * index))
    expect(kept).toEqual([1, 0, 2, 7, 2, 3, 2, 0, 0, 2, 2, 1])
  })

  test.each([0, 1, 2, 3, 4, 5, 6])('of order %d are told from text of any width', (order) => {
    for (const shape of ['noise', 'text', 'wide text'] as const) {
      const block = new Uint8Array(guestBytes(shape, 4096, seededRandom(order)))
      const health = cleanRefcounts(block, {
        firstCluster: 0,
        refcountOrder: order,
        counts: counted(),
      })
      expect(health).toMatchObject({ looksLikeData: true })
    }
  })
})

test('a table with little damage is one, whatever part of its few entries it hit', () => {
  expect(looksLikeData({ entries: 16, damaged: 16 })).toBe(false)
  expect(looksLikeData({ entries: 8192, damaged: 1024 })).toBe(false)
  expect(looksLikeData({ entries: 8192, damaged: 1025 })).toBe(true)
  expect(looksLikeData({ entries: 17, damaged: 17 })).toBe(true)
})

test('guest data in one cluster of a table leaves the others of the table alone', () => {
  const claims = [
    { offset: 0x1000, length: 0x3000 },
    { offset: 0x2200, length: 0x1000 },
    { offset: 0x9000, length: 8 },
  ]
  const clusters = new ClaimedClusters(0x1000, () => claims)
  clusters.markData(0x3fff, 0x9000)
  clusters.markData(0x9800, 0x9801)
  const touched = [0x1000, 0x2000, 0x3000, 0x9000].map((at) => clusters.hasData(at, at + 8))
  expect(touched).toEqual([false, false, true, true])
  expect(clusters.hasData(0x2200, 0x3200)).toBe(true)
})
