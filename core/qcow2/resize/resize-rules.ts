import { alignDown } from '../../base/bits.ts'
import { hasBit } from '../../base/word64.ts'
import type { Reason } from '../../errors/catalogue.ts'
import type { ErrorContext } from '../../errors/explanation.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { DiskImage, LayerRun } from '../../image/disk-image.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { readBitmaps } from '../bitmap-list.ts'
import { L1_ENTRY_BYTES, limits, SECTOR } from '../format/constants.ts'
import { incompatible } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { snapshotExtras } from '../format/snapshot-table.ts'
import type { Preallocation } from '../preallocation.ts'
import { readSnapshots } from '../snapshots.ts'

export interface NewSize {
  /** Bytes of the disk: a positive multiple of 512. */
  readonly size: number
  /** For the new part of a disk that grows. */
  readonly preallocation: Preallocation
}

/** What the rules look at; an image open for reading has it all. */
export interface SizedImage {
  readonly file: BlockFile
  readonly area: HeaderArea
  readonly backing: DiskImage | undefined
  runAt(at: number, limit: number): LayerRun
}

/** The most entries an L1 table may have. */
const maxL1Entries = limits.l1Table / L1_ENTRY_BYTES

/** Why an image cannot have another size: everything that stands in the way, nothing when it can. */
export function resizeRefusals(image: SizedImage, wish: NewSize): ImageError[] {
  const { area, file } = image
  const { header, geometry } = area
  const refusals: ImageError[] = []
  const refuse = (reason: Reason, context: ErrorContext = {}) => {
    refusals.push(new ImageError(reason, { path: file.name, ...context }))
  }
  if (wish.size === geometry.virtualSize) return refusals
  if (hasBit(header.incompatibleFeatures, incompatible.corrupt)) refuse('image-corrupt')

  const largest = alignDown(Number.MAX_SAFE_INTEGER, SECTOR)
  const limit = Math.min(maxL1Entries * geometry.l2Coverage, largest)
  if (wish.size > limit) refuse('disk-too-large', { found: wish.size, limit })

  // A snapshot without a size has the image's. QEMU resizes no version 2 image with snapshots at all, and
  // could not go back to one of another size.
  const lacking = readSnapshots(file, header).find(
    (entry) => header.version < 3 || snapshotExtras(entry).diskSize === undefined,
  )
  if (lacking !== undefined) refuse('snapshots-lack-size', { id: lacking.id })

  // They are marked, which takes a directory that can be read.
  const fault = bitmapFault(image)
  if (fault !== undefined) refusals.push(fault)

  if (area.encryption !== 'none') {
    const end = Math.min(wish.size, geometry.virtualSize)
    if (holdsCutContent(image, end)) {
      refuse('encrypted-cluster-cut', { found: end, limit: geometry.clusterSize })
    }
    if (header.version < 3 && storesZeroes(image, wish)) {
      const expected = wish.preallocation
      refuse('preallocation-refused', { expected, found: 'an encrypted image of version 2' })
    }
  }
  return refusals
}

function bitmapFault({ file, area }: SizedImage): ImageError | undefined {
  try {
    readBitmaps(file, area)
    return undefined
  } catch (error) {
    return ImageError.from(error)
  }
}

/** Whether the end of the disk cuts a cluster whose rest is anything but known zeroes. */
function holdsCutContent(image: SizedImage, end: number): boolean {
  const { area, backing } = image
  const { clusterSize } = area.geometry
  if (end % clusterSize === 0) return false
  const start = alignDown(end, clusterSize)
  // The rest itself may lie past the disk: with subclusters it can be stored where the start is not.
  for (let at = start; at < end;) {
    const run = image.runAt(at, end - at)
    if (run.kind === 'data' || run.kind === 'compressed') return true
    if (run.kind === 'unallocated' && run.hostOffset !== undefined) return true
    if (run.kind === 'unallocated' && (backing?.virtualSize ?? 0) > end) return true
    at += run.length
  }
  return false
}

/** Version 2 has no entry for zeroes: it has to store them, and through a cipher they are no zeroes. */
function storesZeroes({ area, backing }: SizedImage, { size, preallocation }: NewSize): boolean {
  const { virtualSize } = area.geometry
  return (
    preallocation !== 'off' || (size > virtualSize && (backing?.virtualSize ?? 0) > virtualSize)
  )
}
