import { breather } from '../../base/abort.ts'
import type { OperationContext } from '../../progress.ts'
import { compressedSpan, endOfRun, entryKind, isPlain } from '../check/l2-layout.ts'
import type { CheckSubject, MetadataReader } from '../check/subject.ts'
import { decodeBitmapTableEntry } from '../format/bitmap-directory.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { asWordTable, type WordTable } from '../word-table.ts'
import type { MetadataClaims } from './metadata-claims.ts'

export interface MarkedImage {
  readonly subject: CheckSubject
  readonly reader: MetadataReader
  /** Bytes of the header area. */
  readonly headerEnd: number
}

/**
 * Goes through every table that says where guest data lies (whatever else is wrong with the table) and marks
 * what is claimed as metadata at the same place. Bits of bitmaps and the LUKS header count as data: a check
 * reads neither.
 */
export async function markData(
  claims: MetadataClaims,
  { subject, reader, headerEnd }: MarkedImage,
  { signal, pause, onProgress }: OperationContext,
): Promise<void> {
  const breath = breather(signal, { pause })
  const scratch = new Uint8Array(subject.clusterSize)
  const tableAt = (at: number, length: number): WordTable => {
    const bytes = scratch.subarray(0, length)
    reader.read(bytes, at, 'l2-table')
    return asWordTable(bytes)
  }
  const total = claims.count
  if (subject.cryptoHeader !== undefined) {
    const { offset, length } = subject.cryptoHeader
    claims.markData(offset, offset + length)
  }
  for (let position = 0; position < total; position++) {
    const { structure, offset, length } = claims.at(position)
    // What lies over the header is no table: it was decoded as a header.
    if (structure === 'L2 table' && !subject.hasDataFile && offset >= headerEnd) {
      markTable(claims, subject, tableAt(offset, subject.clusterSize))
    }
    if (structure === 'bitmap table') {
      markBits(claims, subject, tableAt(offset, length - (length % 8)))
    }
    const turn = breath()
    if (turn !== undefined) await turn
    onProgress?.({ phase: 'references', done: position + 1, total, unit: 'clusters' })
  }
}

function markTable(claims: MetadataClaims, subject: CheckSubject, words: WordTable): void {
  const { clusterSize, l2EntryBytes } = subject
  const stride = l2EntryBytes / 4
  const halves = new Int32Array(words.buffer, words.byteOffset, words.length)
  for (let at = 0; at < words.length;) {
    const low = words[at] ?? 0
    const high = words[at + 1] ?? 0
    const from = at
    at += stride
    if (low === 0 && high === 0) continue
    if (stride === 2 && isPlain(low, high, clusterSize)) {
      at = endOfRun(halves, from, clusterSize)
      const start = entryOffset(high, low)
      claims.markData(start, start + ((at - from) / 2) * clusterSize)
      continue
    }
    const place = placeOf(subject, low, high)
    if (place !== undefined) claims.markData(place.offset, place.offset + place.length)
  }
}

/** Where the guest's bytes of an entry are; undefined where it has none, or none that anybody could write. */
function placeOf(subject: CheckSubject, low: number, high: number) {
  const { clusterBits, clusterSize } = subject
  const kind = entryKind(subject, low, high)
  if (kind === 'compressed') return compressedSpan(clusterBits, low, high)
  if (kind !== 'normal' && kind !== 'zero-allocated') return undefined
  const offset = entryOffset(high, low)
  return offset % clusterSize === 0 ? { offset, length: clusterSize } : undefined
}

function markBits(claims: MetadataClaims, { clusterSize }: CheckSubject, words: WordTable): void {
  for (let at = 0; at < words.length; at += 2) {
    const { offset } = decodeBitmapTableEntry(words[at + 1] ?? 0, words[at] ?? 0)
    if (offset !== 0) claims.markData(offset, offset + clusterSize)
  }
}
