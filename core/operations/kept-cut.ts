import { breather, throwIfAborted } from '../base/abort.ts'
import { sameBytes } from '../base/same-bytes.ts'
import { isAllZero } from '../base/zeroes.ts'
import type { ErrorKind } from '../errors/explanation.ts'
import { ImageError } from '../errors/image-error.ts'
import type { GuestBytes, GuestPiece } from '../guest/guest-bytes.ts'
import { readStructure } from '../guest/read-structure.ts'
import type { DiskImage } from '../image/disk-image.ts'
import { openImage, type OpenedImage } from '../image/open-image.ts'
import type { OperationContext } from '../progress.ts'
import { contentSource, type ByteSource } from './byte-source.ts'
import { guestBytesOf } from './disk-layout.ts'
import type { Host } from './host.ts'
import { knownBy } from './keep-cut.ts'
import { readRecord, type CutRecord } from './kept-cut-record.ts'

/** What a power cut keeps whole, and what is compared at once. */
const SECTOR = 512
const WINDOW = 1024 * 1024

/** A file that keeps what was cut off, open for reading. */
export interface OpenedCut extends AsyncDisposable {
  readonly path: string
  readonly image: DiskImage
  readonly record: CutRecord
}

/** Held as by a reader. Throws `cut-file-invalid`, and what opening an image throws. */
export async function openCut(host: Host, path: string): Promise<OpenedCut> {
  const holding = { ...host, openFile: host.openForHolding.bind(host) }
  const opened = await openKept(holding, path)
  try {
    const { image } = opened
    const record = await readRecord(guestBytesOf(image, undefined))
    if (record === undefined) throw new ImageError('cut-file-invalid', { path })
    return { path, image, record, [Symbol.asyncDispose]: () => opened.close() }
  } catch (error) {
    await opened.close()
    throw ImageError.from(error, { path })
  }
}

/** What a file that keeps a cut says of the disk it was cut off from. Sizes are bytes. */
export interface KeptCutFacts {
  readonly path: string
  /** Of the image it was cut off from. */
  readonly format: 'qcow2' | 'raw'
  readonly before: number
  readonly after: number
}

/** Throws as `openCut`. */
export async function readKeptCut(host: Host, path: string): Promise<KeptCutFacts> {
  await using cut = await openCut(host, path)
  const { format, before, after } = cut.record
  return { path, format, before, after }
}

async function openKept(host: Host, path: string): Promise<OpenedImage> {
  try {
    return await openImage(host, path, { format: 'qcow2', links: 'deny' })
  } catch (thrown) {
    const error = ImageError.from(thrown, { path })
    const found = unusable[error.kind]
    if (found === undefined) throw error
    throw new ImageError('cut-file-invalid', { path, found }, { cause: error })
  }
}

/** What speaks of the kept file, and not of the machine. */
const unusable: Partial<Record<ErrorKind, string>> = {
  'not-found': 'no file is there',
  permission: 'what is there cannot be read',
  'invalid-format': 'what is there is no image',
  corrupt: 'what is there is damaged',
  unsupported: 'what is there is another kind of image',
}

/**
 * Whether a disk is the one that the cut left, which other bytes than the partition table do not tell: `cut`, or
 * `partly` when bringing the end back was stopped halfway. Throws `cut-changed-since` with what differs.
 */
export async function stateOf(
  image: DiskImage,
  cut: OpenedCut,
  context: OperationContext,
): Promise<'cut' | 'partly'> {
  const { record, path: link } = cut
  const { before, after } = record
  const disk = guestBytesOf(image, context.signal)
  if (disk.length !== after && disk.length !== before) {
    throw changed(link, 'virtual size in bytes', disk.length, after)
  }
  await mustBeSameDisk(disk, cut)
  if (disk.length === after) return 'cut'
  await mustBeOursPast(contentSource(image), cut, context)
  return 'partly'
}

async function mustBeSameDisk(disk: GuestBytes, cut: OpenedCut): Promise<void> {
  const { record, path } = cut
  const structure = await readStructure(disk, undefined)
  const known = knownBy(structure)
  if (known !== record.wholeDisk) {
    const nothing = 'none that is known'
    throw changed(path, 'file system on the disk', known ?? nothing, record.wholeDisk ?? nothing)
  }
  if (record.left.length === 0 && structure.table !== undefined) {
    throw changed(path, 'partition table', 'there', 'none')
  }
  for (const piece of record.left) {
    if (await isAsLeft(disk, cut, piece)) continue
    throw changed(path, 'partition table', `another one at byte ${piece.at}`, 'the one it had')
  }
}

/** Sector by sector as the cut left it, or, where it was overwritten, as it was before. */
async function isAsLeft(
  disk: GuestBytes,
  { record, image }: OpenedCut,
  { at, bytes }: GuestPiece,
): Promise<boolean> {
  const found = new Uint8Array(bytes.length)
  await disk.read(found, at)
  const ranges = record.moved === undefined ? [] : [...record.moved.heads, record.moved.second]
  for (let from = 0; from < bytes.length; from += SECTOR) {
    const sector = found.subarray(from, from + SECTOR)
    if (sameBytes(sector, bytes.subarray(from, from + SECTOR))) continue
    const place = at + from
    const isOverwritten = ranges.some(
      (range) => place >= range.at && place + sector.length <= range.at + range.length,
    )
    if (!isOverwritten) return false
    const old = new Uint8Array(sector.length)
    await image.read(old, place)
    if (!sameBytes(sector, old)) return false
  }
  return true
}

/** Past the end that it had, each sector is zero still or what was kept: nobody else wrote there. */
async function mustBeOursPast(
  disk: ByteSource,
  { image, record, path }: OpenedCut,
  { signal, pause }: OperationContext,
): Promise<void> {
  const { before, after } = record
  const breathe = breather(signal, { pause })
  const found = new Uint8Array(WINDOW)
  const kept = new Uint8Array(WINDOW)
  for (let at = after; at < before;) {
    throwIfAborted(signal)
    const run = disk.runAt(at, before - at)
    const length = run.isZero ? run.length : Math.min(run.length, WINDOW)
    if (!run.isZero) {
      const [one, other] = [found.subarray(0, length), kept.subarray(0, length)]
      await disk.read(one, at, signal)
      await image.read(other, at, signal)
      for (let from = 0; from < length; from += SECTOR) {
        const sector = one.subarray(from, from + SECTOR)
        if (isAllZero(sector) || sameBytes(sector, other.subarray(from, from + SECTOR))) continue
        throw changed(path, `sector at byte ${at + from}`, 'written to', 'nothing there')
      }
    }
    at += length
    await breathe()
  }
}

const changed = (
  link: string,
  field: string,
  found: string | number,
  expected: string | number,
): ImageError => new ImageError('cut-changed-since', { link, field, found, expected })
