import { pow2 } from '../../base/bits.ts'
import { bitsOf, hasBit, word64, type Word64 } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { FeatureName } from './extensions.ts'

/** The three classes of feature bits, and the number that the feature name table gives each. */
export const featureClasses = ['incompatible', 'compatible', 'autoclear'] as const
export type FeatureClass = (typeof featureClasses)[number]

/** Bits a reader must understand. qcow2 specification, "incompatible_features". */
export const incompatible = {
  dirty: 0,
  corrupt: 1,
  dataFile: 2,
  compressionType: 3,
  extendedL2: 4,
} as const

export const compatible = { lazyRefcounts: 0 } as const

/** Bits that a writer which does not know them must clear. */
export const autoclear = { bitmaps: 0, dataFileRaw: 1 } as const

/** The bits that stay when an image is changed: what the others say may not be true any more then. */
export const knownAutoclear = ({ low }: Word64): Word64 =>
  word64(0, low & (pow2(autoclear.bitmaps) + pow2(autoclear.dataFileRaw)))

/** Our names are QEMU's, as its own feature name table writes them. */
const knownNames: Readonly<Record<FeatureClass, readonly string[]>> = {
  incompatible: [
    'dirty bit',
    'corrupt bit',
    'external data file',
    'compression type',
    'extended L2 entries',
  ],
  compatible: ['lazy refcounts'],
  autoclear: ['bitmaps', 'raw external data'],
}

/** Every name we know, in the order in which QEMU writes its feature name table. */
export const ownFeatureNames: readonly FeatureName[] = featureClasses.flatMap((featureClass) =>
  knownNames[featureClass].map((name, bit) => ({ class: featureClass, bit, name })),
)

/** Whether an image gets the table, as QEMU decides: it would fill most of a small cluster. */
export const namesFeatures = (clusterSize: number): boolean => clusterSize > 4096

/** The names of the bits that are set: ours, else the image's own, else `bit N`. */
export function namesOfFeatures(
  featureClass: FeatureClass,
  bits: Word64,
  table: readonly FeatureName[],
): string[] {
  return bitsOf(bits).map(
    (bit) =>
      knownNames[featureClass][bit] ??
      table.find((entry) => entry.class === featureClass && entry.bit === bit)?.name ??
      `bit ${bit}`,
  )
}

/**
 * Refuses an image that needs what we do not know, naming it as the image's own table does. The
 * specification forbids to go on: the unknown bit may change the meaning of every table.
 */
export function refuseUnknownFeatures(bits: Word64, table: readonly FeatureName[]): void {
  const known = knownNames.incompatible.length
  const unknown = bitsOf(bits).filter((bit) => bit >= known)
  if (unknown.length === 0) return
  const names = unknown.map(
    (bit) =>
      table.find((entry) => entry.class === 'incompatible' && entry.bit === bit)?.name ??
      `incompatible bit ${bit}`,
  )
  throw new ImageError('feature-unknown', { structure: 'header', feature: names.join(', ') })
}

export const hasIncompatible = (bits: Word64, feature: keyof typeof incompatible): boolean =>
  hasBit(bits, incompatible[feature])
