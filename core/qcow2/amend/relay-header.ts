import { alignUp, pow2 } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { SECTOR } from '../format/constants.ts'
import { encodeHeaderArea, type EncodedHeaderArea } from '../format/encode-header-area.ts'
import { encodeExtensions, type HeaderExtension } from '../format/extensions.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { Qcow2Header } from '../format/header.ts'
import { readHeaderArea } from '../header-file.ts'

export interface NewHeaderArea {
  readonly header: Qcow2Header
  readonly extensions: readonly HeaderExtension[]
  /** Left out where they do not fit: they only help to explain bits that nobody has set. */
  readonly optional: readonly HeaderExtension[]
  /** The backing file's; not given: as it is. */
  readonly backingName?: Uint8Array
}

/** Bytes of the first cluster, [start, end). */
interface Range {
  readonly start: number
  readonly end: number
}

/**
 * What has to be written to lay the start of an image out anew: first `beyond`, then, after a flush, the
 * first sector.
 */
export interface HeaderRelay {
  readonly beyond: readonly { readonly at: number; readonly bytes: Uint8Array }[]
  readonly firstSector: Uint8Array
}

/**
 * A header of another length moves everything behind it: the extensions follow the header without a gap,
 * and the backing file's name may stand where they have to go. No write of several sectors is safe
 * against a power cut, and yet one moment has to be the switch. It is the write of the first sector:
 *
 *     1  what of the new area lies past the first sector, into bytes that the old area does not use
 *                                                                               flush
 *     2  the first sector: header, where the extensions begin, where the name is
 *                                                                               flush
 *
 * Until 2 nothing of the old area has changed: its bytes in the first sector are untouched, and those
 * past it were either left alone or are written with the same value. Bytes that the old area does not use
 * mean nothing: a reader stops at the end marker, and looks for the name where the header says. After 2
 * nothing refers to the old area, and what the new one needs is on the disk since 1. A sector is never
 * torn (WritableFile), so there is no third state.
 *
 * The new area must therefore find a place that does not touch what the old one uses past the first
 * sector. Tried in turn: the name right behind the extensions, as QEMU has it; the name where it is; the
 * name in a sector that nobody uses; and each of them without the optional extensions. When nothing fits
 * (extensions of more than a sector, clusters of 512 bytes with long names) the change is refused.
 *
 * Throws `amend-no-room`.
 */
export function planRelay(old: Uint8Array, area: HeaderArea, wanted: NewHeaderArea): HeaderRelay {
  const { header } = area
  const used = usedRanges(area)
  const stored =
    header.backingFileOffset === 0
      ? undefined
      : old.slice(header.backingFileOffset, header.backingFileOffset + header.backingFileSize)
  const name = wanted.backingName ?? stored
  for (const extensions of [[...wanted.extensions, ...wanted.optional], wanted.extensions]) {
    const ends = [wanted.header.headerLength + encodeExtensions(extensions).length]
    const freeSector = alignUp(Math.max(SECTOR, ...ends, ...used.map(({ end }) => end)), SECTOR)
    for (const nameAt of [undefined, header.backingFileOffset, freeSector]) {
      const encoded = encodeAt({ header: wanted.header, extensions, backingName: name }, nameAt)
      const relay = encoded && relayOf(old, used, encoded)
      if (relay !== undefined) return relay
    }
  }
  const found = encodeExtensions(wanted.extensions).length + (name?.length ?? 0)
  throw new ImageError('amend-no-room', { found })
}

/** Carries `planRelay` out, durably, and gives the area that the file has now. */
export async function relayHeader(
  file: WritableFile,
  area: HeaderArea,
  wanted: NewHeaderArea,
): Promise<HeaderArea> {
  const { beyond, firstSector } = planRelay(readFirstCluster(file, area), area, wanted)
  for (const { at, bytes } of beyond) file.writeNow(bytes, at, 'header')
  await file.flush()
  file.writeNow(firstSector, 0, 'header')
  await file.flush()
  return readHeaderArea(file)
}

/** The bytes that `planRelay` looks at. */
export function readFirstCluster(file: BlockFile, { header }: HeaderArea): Uint8Array {
  const bytes = new Uint8Array(pow2(header.clusterBits))
  file.readNow(bytes, 0, 'header')
  return bytes
}

/** What a reader of the old area looks at: header and extensions, and the name. */
function usedRanges({ header, extensions, extensionsTerminated, geometry }: HeaderArea): Range[] {
  const { backingFileOffset, backingFileSize, headerLength } = header
  const marked = headerLength + encodeExtensions(extensions).length
  // Without an end marker the extensions fill their area.
  const limit = backingFileOffset === 0 ? geometry.clusterSize : backingFileOffset
  const ranges = [{ start: 0, end: extensionsTerminated ? marked : limit }]
  if (backingFileOffset !== 0) {
    ranges.push({ start: backingFileOffset, end: backingFileOffset + backingFileSize })
  }
  return ranges
}

/** undefined when the name would stand in the extensions or leave the cluster. */
function encodeAt(
  content: Parameters<typeof encodeHeaderArea>[0],
  nameAt: number | undefined,
): EncodedHeaderArea | undefined {
  try {
    const encoded = encodeHeaderArea(content, nameAt === undefined ? {} : { nameAt })
    const { backingFileOffset } = encoded.header
    const isApart = backingFileOffset === 0 || backingFileOffset >= encoded.extensionsEnd
    return isApart ? encoded : undefined
  } catch (error) {
    if (error instanceof ImageError && error.reason === 'names-too-long') return undefined
    throw error
  }
}

/** undefined when a byte that the old area uses past the first sector would have to change. */
function relayOf(
  old: Uint8Array,
  used: readonly Range[],
  { bytes, header, extensionsEnd }: EncodedHeaderArea,
): HeaderRelay | undefined {
  const nameAt = header.backingFileOffset
  const parts: readonly Range[] = [
    { start: SECTOR, end: extensionsEnd },
    { start: Math.max(SECTOR, nameAt), end: nameAt + header.backingFileSize },
  ]
  const beyond: HeaderRelay['beyond'][number][] = []
  for (const { start, end } of parts) {
    if (start >= end) continue
    for (let at = start; at < end; at++) {
      const isUsed = used.some((range) => at >= range.start && at < range.end)
      if (isUsed && bytes[at] !== old[at]) return undefined
    }
    beyond.push({ at: start, bytes: bytes.slice(start, end) })
  }
  const firstSector = new Uint8Array(SECTOR)
  firstSector.set(bytes.subarray(0, SECTOR))
  return { beyond, firstSector }
}
