import { L1_ENTRY_BYTES, limits } from '../qcow2/format/constants.ts'
import {
  decodeSnapshotEntry,
  encodeSnapshotEntry,
  SNAPSHOT_FIXED_BYTES,
  snapshotEntrySize,
} from '../qcow2/format/snapshot-table.ts'
import type { SnapshotEntry } from '../qcow2/format/snapshot-table.ts'
import type { KeptContent } from './kept-snapshot-plan.ts'

/** What a kept snapshot says of itself and its image; everything but tables and bytes. */
export interface KeptSnapshotHead {
  /** Path of the image then; it may have been renamed since. */
  readonly image: string
  readonly content: KeptContent
  /** As it stood in the image. */
  readonly entry: SnapshotEntry
  /** How many snapshots stood before it. */
  readonly position: number
  readonly layout: ImageLayout
  /** Bytes the guest saw, for entries that do not say how large the disk was. */
  readonly virtualSize: number
  /** As the image named it; undefined for none. */
  readonly backing: string | undefined
}

/** What an image must have in common with the one that a snapshot was taken of. */
export interface ImageLayout {
  readonly version: 2 | 3
  readonly clusterBits: number
  readonly extendedL2: boolean
  readonly compressionType: 'zlib' | 'zstd'
}

/** Extra data as far as readers take it, and two names of 16-bit length. */
const MAX_ENTRY_BYTES = SNAPSHOT_FIXED_BYTES + limits.snapshotExtraData + 2 * 65_535 + 8

export const encodeKeptHead = ({ entry, ...head }: KeptSnapshotHead): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ ...head, entry: hexOf(encodeSnapshotEntry(entry)) }))

/** The head in JSON text; undefined when it is none. */
export function decodeKeptHead(text: Uint8Array): KeptSnapshotHead | undefined {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(text))
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const { image, content, entry: encoded, position, layout, virtualSize, backing } = value
  const entry = entryOf(encoded)
  const isHead =
    typeof image === 'string' &&
    (content === 'own' || content === 'whole') &&
    entry !== undefined &&
    isCount(position) &&
    isLayout(layout) &&
    isCount(virtualSize) &&
    (backing === undefined || typeof backing === 'string')
  return isHead ? { image, content, entry, position, layout, virtualSize, backing } : undefined
}

function entryOf(encoded: unknown): SnapshotEntry | undefined {
  if (typeof encoded !== 'string' || encoded.length > 2 * MAX_ENTRY_BYTES) return undefined
  if (encoded.length < 2 * SNAPSHOT_FIXED_BYTES) return undefined
  if (!/^(?:[0-9a-f]{2})+$/.test(encoded)) return undefined
  const bytes = Uint8Array.from({ length: encoded.length / 2 }, (_, index) =>
    Number.parseInt(encoded.slice(2 * index, 2 * index + 2), 16),
  )
  const size = snapshotEntrySize(bytes, 0)
  if (size.extraBytes > limits.snapshotExtraData || size.bytes > bytes.length) return undefined
  const entry = decodeSnapshotEntry(bytes, 0)
  // What no reader of the image would take must not get into it.
  return entry.l1Size * L1_ENTRY_BYTES > limits.l1Table ? undefined : entry
}

function isLayout(value: unknown): value is ImageLayout {
  if (!isRecord(value)) return false
  const { version, clusterBits, extendedL2, compressionType } = value
  return (
    (version === 2 || version === 3) &&
    isCount(clusterBits) &&
    typeof extendedL2 === 'boolean' &&
    (compressionType === 'zlib' || compressionType === 'zstd')
  )
}

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
