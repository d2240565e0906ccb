import {
  formatBytes,
  formatCount,
  formatPlural,
  type EncodePlan,
  type EncodeResult,
} from '../../core/index.ts'
import type { TextLayout } from '../images/change-images.ts'
import type { EncodeJson } from '../schemas/encode-json.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import { exactBytes } from './exact-bytes.ts'
import type { FinishedChange } from './record-change.ts'

export type Encoded =
  | { readonly kind: 'plan'; readonly image: EncodePlan }
  | { readonly kind: 'result'; readonly image: EncodeResult }

/** The image that was made, or would be. */
export function describeEncode(target: string, encoded: Encoded, { paint }: TextLayout): string {
  const { image } = encoded
  const facts: Fact[] = [
    ['Virtual size', exactBytes(image.virtualSize)],
    ['Stored', storedWords(encoded)],
    ...(image.sourceFormat === 'qcow2' ? [['Read as', 'qcow2'] satisfies Fact] : []),
    ['File length', lengthWords(encoded)],
    ...onDisk(encoded),
    ['Read', exactBytes(image.bytesRead)],
  ]
  return [
    `${paint(printable(target), 'strong')}: ${doneWords(encoded)}`,
    formatFacts(facts, paint),
    ...(encoded.kind === 'plan' ? ['  Nothing was changed.'] : []),
  ].join('\n')
}

function doneWords(encoded: Encoded): string {
  const { version, compression } = encoded.image
  const packed = compression === 'none' ? '' : `, ${compression} compression`
  const what = `qcow2 version ${version}${packed}`
  if (encoded.kind === 'plan') return `${what} would be made`
  return `${what} ${encoded.image.target?.replaced === true ? 'replaced' : 'made'}`
}

function storedWords({ kind, image }: Encoded): string {
  if (image.guestClusters === 0) return 'nothing'
  const packed = kind === 'result' ? image.compressedClusters : 0
  const stored = image.dataClusters + packed
  const size = formatBytes(image.clusterSize)
  const all = formatPlural(image.guestClusters, 'cluster')
  const words = `${formatCount(stored)} of ${all} of ${size}`
  if (kind === 'plan' || image.compression === 'none' || stored === 0) return words
  if (packed === 0) return `${words}, none of them smaller when packed`
  return `${words}, ${formatCount(packed)} packed into ${formatBytes(image.compressedBytes)}`
}

function lengthWords(encoded: Encoded): string {
  const length = exactBytes(encoded.image.fileLength)
  return encoded.kind === 'plan' && !encoded.image.isExact ? `${length} at most` : length
}

function onDisk(encoded: Encoded): Fact[] {
  if (encoded.kind === 'plan') return []
  const bytes = encoded.image.target?.allocatedBytes
  return [['On disk', bytes === undefined ? 'not known' : formatBytes(bytes)]]
}

/** What the history keeps of it. */
export const tellOfEncode = ({ image }: Encoded): FinishedChange => ({
  summary: `qcow2 image of ${formatBytes(image.virtualSize)} made`,
  facts: [
    { label: 'Virtual size', bytes: image.virtualSize },
    { label: 'File length', bytes: image.fileLength },
    ...(image.source === undefined ? [] : [{ label: 'Source', text: image.source }]),
  ],
})

/** `filename` and `target` as they were typed. */
export function encodeJsonOf(filename: string, target: string, encoded: Encoded): EncodeJson {
  const { image } = encoded
  const facts = {
    sourceFormat: image.sourceFormat,
    virtualSize: image.virtualSize,
    clusterSize: image.clusterSize,
    formatVersion: image.version,
    refcountBits: image.refcountBits,
    lazyRefcounts: image.lazyRefcounts,
    compression: image.compression,
    guestClusters: image.guestClusters,
    dataClusters: image.dataClusters,
    bytesRead: image.bytesRead,
    fileLength: image.fileLength,
  }
  const base = { version: 1, filename, target } as const
  if (encoded.kind === 'plan') {
    return { ...base, plan: { ...facts, isExact: encoded.image.isExact } }
  }
  const { compressedClusters, compressedBytes, target: made } = encoded.image
  return {
    ...base,
    result: {
      ...facts,
      compressedClusters,
      compressedBytes,
      replaced: made?.replaced ?? false,
      ...(made?.allocatedBytes === undefined ? {} : { allocatedBytes: made.allocatedBytes }),
    },
  }
}
