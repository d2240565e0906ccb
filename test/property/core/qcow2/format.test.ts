import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pow2 } from '../../../../core/base/bits.ts'
import { word64 } from '../../../../core/base/word64.ts'
import {
  decodeBitmapDirectory,
  decodeBitmapTableEntry,
  encodeBitmapDirectory,
  encodeBitmapTableEntry,
} from '../../../../core/qcow2/format/bitmap-directory.ts'
import {
  decodeBitmapsExtension,
  decodeEncryptionHeader,
  decodeExtensions,
  decodeFeatureNames,
  encodeBitmapsExtension,
  encodeEncryptionHeader,
  encodeExtensions,
  encodeFeatureNames,
} from '../../../../core/qcow2/format/extensions.ts'
import { incompatible } from '../../../../core/qcow2/format/features.ts'
import { geometryOf } from '../../../../core/qcow2/format/geometry.ts'
import { decodeHeader, encodeHeader } from '../../../../core/qcow2/format/header.ts'
import { decodeL1Entry, encodeL1Entry } from '../../../../core/qcow2/format/l1-entry.ts'
import {
  compressedOffset,
  decodeL2Entry,
  encodeL2Entry,
  isCompressed,
} from '../../../../core/qcow2/format/l2-entry.ts'
import { refcountAccess } from '../../../../core/qcow2/format/refcount-block.ts'
import {
  decodeSnapshotEntry,
  encodeSnapshotEntry,
  snapshotEntrySize,
} from '../../../../core/qcow2/format/snapshot-table.ts'

const u32 = fc.integer({ min: 0, max: 0xffff_ffff })
const word = fc.record({ high: u32, low: u32 }).map(({ high, low }) => word64(high, low))
const safe = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const bytes = (maxLength: number) => fc.uint8Array({ maxLength })

const tables = {
  backingFileOffset: safe,
  backingFileSize: u32,
  clusterBits: u32,
  size: safe,
  cryptMethod: u32,
  l1Size: u32,
  l1TableOffset: safe,
  refcountTableOffset: safe,
  refcountTableClusters: u32,
  snapshotCount: u32,
  snapshotsOffset: safe,
}

const header3 = bytes(200).chain((unknownFields) =>
  fc.record({
    version: fc.constant(3 as const),
    ...tables,
    incompatibleFeatures: word,
    compatibleFeatures: word,
    autoclearFeatures: word,
    refcountOrder: u32,
    headerLength: fc.constant(105 + unknownFields.length),
    compressionType: fc.integer({ min: 0, max: 255 }),
    unknownFields: fc.constant(unknownFields),
  }),
)

/** A geometry is all that entries need of an image. */
const geometry = (clusterBits: number, extended: boolean) =>
  geometryOf({
    version: 3,
    backingFileOffset: 0,
    backingFileSize: 0,
    clusterBits,
    size: 0,
    cryptMethod: 0,
    l1Size: 0,
    l1TableOffset: 0,
    refcountTableOffset: 0,
    refcountTableClusters: 1,
    snapshotCount: 0,
    snapshotsOffset: 0,
    incompatibleFeatures: word64(0, extended ? pow2(incompatible.extendedL2) : 0),
    compatibleFeatures: word64(0, 0),
    autoclearFeatures: word64(0, 0),
    refcountOrder: 4,
    headerLength: 112,
    compressionType: 0,
    unknownFields: new Uint8Array(7),
  })

describe('what is decoded encodes to the same bytes', () => {
  it('header of version 3, with fields of a newer version', () => {
    fc.assert(
      fc.property(header3, (header) => {
        const encoded = encodeHeader(header)
        const decoded = decodeHeader(encoded, { fileLength: encoded.length })
        expect(decoded).toEqual(header)
        expect(encodeHeader(decoded)).toEqual(encoded)
      }),
    )
  })

  it('header of version 2', () => {
    fc.assert(
      fc.property(fc.record(tables), (fields) => {
        const encoded = encodeHeader({
          version: 2,
          ...fields,
          incompatibleFeatures: word64(0, 0),
          compatibleFeatures: word64(0, 0),
          autoclearFeatures: word64(0, 0),
          refcountOrder: 4,
          headerLength: 72,
          compressionType: 0,
          unknownFields: new Uint8Array(0),
        })
        expect(encoded.length).toBe(72)
        expect(encodeHeader(decodeHeader(encoded, { fileLength: 72 }))).toEqual(encoded)
      }),
    )
  })

  it('a header of 104 bytes, which ends before the compression type', () => {
    const bytesOfHeader = new Uint8Array(104)
    const view = new DataView(bytesOfHeader.buffer)
    view.setUint32(0, 0x514649fb)
    view.setUint32(4, 3)
    view.setUint32(100, 104)
    const decoded = decodeHeader(bytesOfHeader, { fileLength: 104 })
    expect(decoded.compressionType).toBe(0)
    expect(encodeHeader(decoded)).toEqual(bytesOfHeader)
  })

  it('header extensions, known and unknown, in their order', () => {
    const extension = fc.record({ type: fc.integer({ min: 1, max: 0xffff_ffff }), data: bytes(40) })
    fc.assert(
      fc.property(fc.array(extension, { maxLength: 8 }), (extensions) => {
        const encoded = encodeExtensions(extensions)
        const decoded = decodeExtensions(encoded, { start: 0, end: encoded.length })
        expect(decoded).toEqual({ extensions, terminated: true })
      }),
    )
  })

  it('feature name table', () => {
    const name = fc.record({
      class: fc.constantFrom('incompatible', 'compatible', 'autoclear'),
      bit: fc.integer({ min: 0, max: 63 }),
      name: fc.string({ maxLength: 46, unit: fc.constantFrom('a', ' ', 'Z', '9') }),
    })
    fc.assert(
      fc.property(fc.array(name), (names) => {
        expect(decodeFeatureNames(encodeFeatureNames(names))).toEqual(names)
      }),
    )
  })

  it('bitmaps and encryption extensions', () => {
    const bitmaps = { count: u32, reserved: u32, directorySize: safe, directoryOffset: safe }
    fc.assert(
      fc.property(fc.record(bitmaps), fc.record({ offset: safe, length: safe }), (one, other) => {
        expect(decodeBitmapsExtension(encodeBitmapsExtension(one))).toEqual(one)
        expect(decodeEncryptionHeader(encodeEncryptionHeader(other))).toEqual(other)
      }),
    )
  })

  it('any L1 entry, reserved bits and all', () => {
    fc.assert(
      fc.property(word, (entry) => {
        expect(encodeL1Entry(decodeL1Entry(entry))).toEqual(entry)
      }),
    )
  })

  it('any L2 entry at any cluster size, reserved bits and all', () => {
    const clusterBits = fc.integer({ min: 9, max: 21 })
    fc.assert(
      fc.property(
        word,
        clusterBits,
        fc.boolean(),
        fc.boolean(),
        (entry, bits, extended, hasDataFile) => {
          const sizes = geometry(bits, extended && bits >= 14)
          const offset = compressedOffset(entry.high, entry.low, sizes)
          fc.pre(!isCompressed(entry.high) || offset <= Number.MAX_SAFE_INTEGER)
          expect(encodeL2Entry(decodeL2Entry(entry, sizes, { hasDataFile }), sizes)).toEqual(entry)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('snapshot table entries with any extra data and names that are no text', () => {
    fc.assert(
      fc.property(
        fc.record({
          l1TableOffset: safe,
          l1Size: u32,
          dateSeconds: u32,
          dateNanoseconds: u32,
          vmClock: word,
          vmStateSize32: u32,
          extraData: bytes(64),
          rawId: bytes(20),
          rawName: bytes(60),
        }),
        (fields) => {
          const encoded = encodeSnapshotEntry({ ...fields, id: '', name: '' })
          const decoded = decodeSnapshotEntry(encoded, 0)
          expect(decoded).toMatchObject(fields)
          expect(encodeSnapshotEntry(decoded)).toEqual(encoded)
          expect(encoded.length - snapshotEntrySize(encoded, 0).bytes).toBeLessThan(8)
        },
      ),
    )
  })

  it('bitmap directories and bitmap table entries', () => {
    const entry = fc.record({
      tableOffset: safe,
      tableSize: u32,
      flags: u32,
      type: fc.integer({ min: 0, max: 255 }),
      granularityBits: fc.integer({ min: 0, max: 255 }),
      extraData: bytes(20),
      rawName: bytes(30),
    })
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        const encoded = encodeBitmapDirectory(entries.map((fields) => ({ ...fields, name: '' })))
        const decoded = decodeBitmapDirectory(encoded, { offset: 0, count: entries.length })
        expect(decoded).toMatchObject(entries)
        expect(encodeBitmapDirectory(decoded)).toEqual(encoded)
      }),
    )
    fc.assert(
      fc.property(word, ({ high, low }) => {
        const decoded = decodeBitmapTableEntry(high % 0x100_0000, low - (low % 512))
        expect(decoded.invalid).toBe(false)
        expect(decodeBitmapTableEntry(high % 0x100_0000, low - (low % 512) + 2).invalid).toBe(true)
        const { high: back, low: same } = encodeBitmapTableEntry(decoded)
        expect([back, same]).toEqual([high % 0x100_0000, low - (low % 512)])
      }),
    )
  })
})

it('a refcount that is set is read back, and its neighbours stay, at every width', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 6 }),
      fc.array(fc.tuple(fc.nat(63), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1 }),
      (order, writes) => {
        const access = refcountAccess(order)
        const block = new Uint8Array(512)
        const model = new Map<number, number>()
        for (const [index, share] of writes) {
          const count = Math.floor(share * access.max)
          access.set(block, index, count)
          model.set(index, count)
        }
        for (let index = 0; index < 64; index++) {
          expect(access.get(block, index)).toBe(model.get(index) ?? 0)
        }
      },
    ),
  )
})

/** What a decoder threw, if it did. */
function refusalOf(decode: () => unknown): Error | undefined {
  try {
    decode()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
  return undefined
}

it('a compressed offset past 2^53 is refused, not rounded', () => {
  const entry = word64(0x5fff_ffff, 0xffff_ffff)
  expect(() => decodeL2Entry(entry, geometry(9, false), { hasDataFile: false })).toThrow(
    expect.objectContaining({ reason: 'structure-damaged' }),
  )
})

it('any bytes decode to a value or are refused by name', () => {
  fc.assert(
    fc.property(bytes(300), fc.boolean(), (noise, withMagic) => {
      const start = Uint8Array.from(noise)
      if (withMagic) start.set([0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3].slice(0, start.length))
      for (const decode of [
        () => decodeHeader(start, { fileLength: start.length }),
        () => decodeExtensions(start, { start: 0, end: start.length }),
        () => decodeSnapshotEntry(start, 0),
        () => decodeBitmapDirectory(start, { offset: 0, count: 3 }),
      ]) {
        expect(refusalOf(decode)?.name ?? 'ImageError').toBe('ImageError')
      }
    }),
  )
})
