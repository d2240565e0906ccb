import { ceilDiv } from '../base/bits.ts'
import type { ReadOptions } from '../engine.ts'
import { ImageError } from '../errors/image-error.ts'
import type { DiskImage } from '../image/disk-image.ts'
import { openImage } from '../image/open-image.ts'
import type { OperationContext } from '../progress.ts'
import { readBitmaps } from '../qcow2/bitmap-list.ts'
import { bitmapFlags } from '../qcow2/format/bitmap-directory.ts'
import { SECTOR } from '../qcow2/format/constants.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { snapshotExtras } from '../qcow2/format/snapshot-table.ts'
import type { Preallocation } from '../qcow2/preallocation.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import { resizeRefusals, type NewSize } from '../qcow2/resize/resize-rules.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { soundnessOf } from './soundness.ts'
import { lookAtDisk } from './disk-usage.ts'
import type { Host } from './host.ts'
import { linkRefusals, stampedDataFile, usageRefusals } from './image-refusals.ts'
import { stampOf } from './image-stamp.ts'
import type { DiskGrowth, ResizePlan, SnapshotSize } from './resize-plan.ts'

export interface PlanResizeOptions extends ReadOptions {
  /** Bytes of the disk afterwards: a positive multiple of 512. */
  readonly size: number
  /** For the new part; default `off`. Only a disk that grows can have another one. */
  readonly preallocation?: Preallocation | undefined
  /**
   * Have the second copy of a GUID partition table at the new end of the disk. Default false. Also for a disk
   * that keeps its size: one that grew without it.
   */
  readonly moveGptBackup?: boolean | undefined
  /**
   * Content bytes to read at most, to find out what would be lost; what lies past them is reported as not
   * looked at. Default 64 GiB; 0 looks at the tables alone.
   */
  readonly scanLimit?: number | undefined
}

const defaultScanLimit = 64 * 2 ** 30

/**
 * What another size would mean for an image, found by reading only: what would be cut off, what has to
 * stay, and why not when it is refused. Throws `invalid-argument` for a size no disk has, and what makes
 * an image unreadable; all else is in the plan.
 */
export async function planResize(
  host: Host,
  path: string,
  options: PlanResizeOptions,
): Promise<ResizePlan> {
  const { size, preallocation = 'off', scanLimit = defaultScanLimit } = options
  const { moveGptBackup = false } = options
  mustBeDiskSize(size)
  await using opened = await openImage(host, path, options)
  const { image } = opened
  const { virtualSize } = image
  const kind = size > virtualSize ? 'grow' : size < virtualSize ? 'shrink' : 'none'
  if (kind !== 'grow' && preallocation !== 'off') {
    const expected = 'preallocation "off" for a disk that does not grow'
    throw new ImageError('invalid-argument', {
      path,
      field: 'preallocation',
      expected,
      found: preallocation,
    })
  }
  // Before anything is read: what changes meanwhile must not pass for what was looked at.
  const stamp = stampOf(image.file)
  const dataFile = stampedDataFile(image)
  const wish = { size, preallocation }
  const facts = image instanceof Qcow2Image ? qcow2Facts(image, wish) : rawFacts(wish)
  const damage = await contradictions(image, options)
  const missing = linkRefusals(image)
  const looks = {
    tables: damage.length === 0,
    content: damage.length === 0 && missing.length === 0 && !image.encrypted,
  }
  const look = { size, scanLimit, moveGptBackup, ...looks }
  const { gptRefusals, ...disk } = await lookAtDisk(image, look, options)
  const others = [...facts.refusals, ...damage, ...gptRefusals]
  const refusals = [...usageRefusals(host, image), ...missing, ...others]
  return {
    path: image.file.name,
    format: image.format,
    kind,
    before: { virtualSize, fileLength: stamp.fileLength },
    after: { virtualSize: size },
    preallocation,
    moveGptBackup,
    allowed: refusals.length === 0,
    refusals: refusals.map((refusal) => refusal.with({ path: image.file.name }).toJSON()),
    consentNeeded: kind === 'shrink' ? ['lose-data-past-end'] : [],
    ...disk,
    snapshots: facts.snapshots,
    bitmapsLost: kind === 'none' ? [] : facts.bitmaps,
    growth: kind === 'grow' ? growthOf(image, facts.l1Entries, size) : undefined,
    stamp,
    dataFile,
  }
}

async function contradictions(image: DiskImage, context: OperationContext): Promise<ImageError[]> {
  if (!(image instanceof Qcow2Image)) return []
  const { contradiction } = await soundnessOf(image, context)
  return contradiction === undefined ? [] : [contradiction]
}

/** Throws `invalid-argument` for what is no size of a disk: QEMU's rules. */
function mustBeDiskSize(size: number): void {
  if (Number.isSafeInteger(size) && size > 0 && size % SECTOR === 0) return
  throw new ImageError('invalid-argument', {
    field: 'size',
    expected: `a positive multiple of ${SECTOR}`,
    found: String(size),
  })
}

interface FormatFacts {
  readonly refusals: readonly ImageError[]
  readonly snapshots: readonly SnapshotSize[]
  readonly bitmaps: readonly string[]
  readonly l1Entries: DiskGrowth['l1Entries']
}

/** As QEMU: a raw file has no metadata that could be allocated. */
const rawFacts = ({ preallocation: expected }: NewSize): FormatFacts => ({
  refusals:
    expected === 'metadata'
      ? [new ImageError('preallocation-refused', { expected, found: 'a raw image' })]
      : [],
  snapshots: [],
  bitmaps: [],
  l1Entries: { before: 0, after: 0 },
})

function qcow2Facts(image: Qcow2Image, wish: NewSize): FormatFacts {
  const { area, file } = image
  const { header, geometry } = area
  return {
    refusals: resizeRefusals(image, wish),
    snapshots: image.snapshots().map((entry) => ({
      id: entry.id,
      name: entry.name,
      diskSize: snapshotExtras(entry).diskSize,
    })),
    bitmaps: bitmapNames(file, area),
    l1Entries: {
      before: header.l1Size,
      after: Math.max(header.l1Size, ceilDiv(wish.size, geometry.l2Coverage)),
    },
  }
}

/** Of those that are believed now; a directory that cannot be read is among the refusals. */
function bitmapNames(file: BlockFile, area: HeaderArea): string[] {
  try {
    return readBitmaps(file, area)
      .filter(({ flags }) => flags % 2 !== bitmapFlags.inUse)
      .map(({ name }) => name)
  } catch (error) {
    if (error instanceof ImageError) return []
    throw error
  }
}

function growthOf(
  { backing, virtualSize }: DiskImage,
  l1Entries: DiskGrowth['l1Entries'],
  size: number,
): DiskGrowth {
  const backingEnd =
    backing === undefined || backing.unavailable !== undefined ? 0 : backing.virtualSize
  return {
    hiddenBackingBytes: Math.max(Math.min(size, backingEnd) - virtualSize, 0),
    l1Entries,
  }
}
