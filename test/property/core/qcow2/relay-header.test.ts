import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { zeroWord } from '../../../../core/base/word64.ts'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { planRelay } from '../../../../core/qcow2/amend/relay-header.ts'
import { areaOfVersion } from '../../../../core/qcow2/amend/version-header.ts'
import { encodeHeaderArea } from '../../../../core/qcow2/format/encode-header-area.ts'
import {
  encodeFeatureNames,
  extensionTypes,
  type HeaderExtension,
} from '../../../../core/qcow2/format/extensions.ts'
import { ownFeatureNames } from '../../../../core/qcow2/format/features.ts'
import { decodeHeaderArea, type HeaderArea } from '../../../../core/qcow2/format/header-area.ts'
import type { Qcow2Header } from '../../../../core/qcow2/format/header.ts'

const SECTOR = 512

function headerOf(version: 2 | 3, clusterBits: number): Qcow2Header {
  const clusterSize = 2 ** clusterBits
  return {
    version,
    backingFileOffset: 0,
    backingFileSize: 0,
    clusterBits,
    size: clusterSize,
    cryptMethod: 0,
    l1Size: 1,
    l1TableOffset: 3 * clusterSize,
    refcountTableOffset: clusterSize,
    refcountTableClusters: 1,
    snapshotCount: 0,
    snapshotsOffset: 0,
    incompatibleFeatures: zeroWord,
    compatibleFeatures: zeroWord,
    autoclearFeatures: zeroWord,
    refcountOrder: 4,
    headerLength: version === 2 ? 72 : 112,
    compressionType: 0,
    unknownFields: new Uint8Array(version === 2 ? 0 : 7),
  }
}

function areaIn(bytes: Uint8Array): HeaderArea {
  const answer = decodeHeaderArea(bytes, { fileLength: 1 << 30, strictness: 'open' })
  if (answer.kind !== 'decoded') throw new Error(`the area needs ${answer.bytesNeeded} bytes`)
  return answer.area
}

/** What a reader learns from an area that a change of version has to keep. */
const kept = ({ backingName, backingFormat, extensions }: HeaderArea) => ({
  backingName,
  backingFormat,
  extensions: extensions.filter(({ type }) => type !== extensionTypes.featureNames),
})

/** undefined when there is no room: the only reason there may be. */
function relayOrRefusal(...args: Parameters<typeof planRelay>) {
  try {
    return planRelay(...args)
  } catch (error) {
    if (error instanceof ImageError && error.reason === 'amend-no-room') return undefined
    throw error
  }
}

const unknownExtension = fc.record<HeaderExtension>({
  type: fc.integer({ min: 0x1000, max: 0x1fff }),
  data: fc
    .tuple(fc.constantFrom(0, 5, 60, 200, 400), fc.integer({ min: 0, max: 255 }))
    .map(([length, byte]) => new Uint8Array(length).fill(byte)),
})

const image = fc.record({
  version: fc.constantFrom(2 as const, 3 as const),
  clusterBits: fc.constantFrom(9, 10, 12, 13, 16),
  isNamed: fc.boolean(),
  unknown: fc.array(unknownExtension, { maxLength: 3 }),
  name: fc.option(fc.constantFrom(1, 30, 200, 350, 420).map((length) => 'n'.repeat(length))),
  gap: fc.constantFrom(0, 8, 100, 300, 1000),
  garbage: fc.integer({ min: 0, max: 255 }),
  torn: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
})

test('a power cut leaves the old header area or the new one, and both say the same', () => {
  let refused = 0
  let laid = 0
  fc.assert(
    fc.property(image, ({ version, clusterBits, isNamed, unknown, name, gap, garbage, torn }) => {
      const extensions = [
        ...unknown,
        { type: extensionTypes.backingFormat, data: new TextEncoder().encode('raw') },
        ...(isNamed && version === 3
          ? [{ type: extensionTypes.featureNames, data: encodeFeatureNames(ownFeatureNames) }]
          : []),
      ]
      const content = {
        header: headerOf(version, clusterBits),
        extensions,
        backingName: name === null ? undefined : new TextEncoder().encode(name),
      }
      const old = new Uint8Array(2 ** clusterBits).fill(garbage)
      try {
        const tight = encodeHeaderArea(content)
        const nameAt = tight.extensionsEnd + gap
        old.set(encodeHeaderArea(content, { nameAt }).bytes)
      } catch (error) {
        fc.pre(!(error instanceof ImageError))
        throw error
      }
      const before = areaIn(old)
      const wanted = areaOfVersion(before, version === 2 ? 3 : 2)
      const relay = relayOrRefusal(old, before, wanted)
      if (relay === undefined) {
        refused++
        return
      }
      laid++
      // Before the switch: any sectors of the first writes, in any combination.
      const cut = old.slice()
      for (const { at, bytes } of relay.beyond) {
        for (const [index, byte] of bytes.entries()) {
          if (torn[Math.floor((at + index) / SECTOR) % torn.length] === true) cut[at + index] = byte
        }
      }
      expect(areaIn(cut)).toEqual(before)
      // After it: the first writes are durable.
      const after = old.slice()
      for (const { at, bytes } of relay.beyond) after.set(bytes, at)
      after.set(relay.firstSector)
      const now = areaIn(after)
      expect(kept(now)).toEqual(kept(before))
      expect(now.header.version).toBe(wanted.header.version)
      expect(now.header.headerLength).toBe(wanted.header.headerLength)
    }),
    { numRuns: 500, seed: 3 },
  )
  // Both have to happen, or nothing was shown.
  expect(refused).toBeGreaterThan(10)
  expect(laid).toBeGreaterThan(200)
})
