import { breather } from '../base/abort.ts'
import { alignUp, ceilDiv } from '../base/bits.ts'
import type { ReadOptions } from '../engine.ts'
import { ImageError } from '../errors/image-error.ts'
import type { DiskImage } from '../image/disk-image.ts'
import { openImage } from '../image/open-image.ts'
import type { OperationContext } from '../progress.ts'
import { readBitmaps } from '../qcow2/bitmap-list.ts'
import { bitmapFlags } from '../qcow2/format/bitmap-directory.ts'
import { SECTOR } from '../qcow2/format/constants.ts'
import { snapshotExtras } from '../qcow2/format/snapshot-table.ts'
import type { Preallocation } from '../qcow2/preallocation.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import { resizeRefusals, type NewSize } from '../qcow2/resize/resize-rules.ts'
import { contentSource } from './byte-source.ts'
import { findContentEnd, scanContent, type ContentScan } from './content-scan.ts'
import type { Host } from './host.ts'
import { stampOf } from './image-stamp.ts'
import { readPartitionTable, type PartitionTable } from './partition-table.ts'
import type { CutContent, DiskGrowth, ResizePlan, SnapshotSize, UsedDisk } from './resize-plan.ts'

export interface PlanResizeOptions extends ReadOptions {
  /** Bytes of the disk afterwards: a positive multiple of 512. */
  readonly size: number
  /** For the new part; default `off`. Only a disk that grows can have another one. */
  readonly preallocation?: Preallocation | undefined
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
  const refusals = [...usageRefusals(host, image), ...linkRefusals(image)]
  const facts = image instanceof Qcow2Image ? qcow2Facts(image, { size, preallocation }) : rawFacts
  refusals.push(...facts.refusals)

  const readable = !image.encrypted && linkRefusals(image).length === 0
  const stored = await storedPart(image, size, options)
  const scan = readable ? await scanDisk(image, { size, scanLimit }, options) : undefined
  const partitions = readable ? await partitionsOf(image, options.signal) : undefined
  const contentEnd = scan?.contentEnd
  return {
    path: image.file.name,
    format: image.format,
    kind,
    before: { virtualSize, fileLength: stamp.fileLength },
    after: { virtualSize: size },
    preallocation,
    allowed: refusals.length === 0,
    refusals: refusals.map((refusal) => refusal.with({ path: image.file.name }).toJSON()),
    consentNeeded: kind === 'shrink' ? ['lose-data-past-end'] : [],
    cut: kind === 'shrink' ? { ...stored.cut, content: scan?.cut } : undefined,
    used: {
      storedEnd: stored.end,
      contentEnd,
      safeSize: safeSizeOf(partitions, contentEnd),
    },
    partitions,
    partitionsCut:
      partitions?.partitions.filter(({ end }) => end > size).map(({ number }) => number) ?? [],
    snapshots: facts.snapshots,
    bitmapsLost: kind === 'none' ? [] : facts.bitmaps,
    growth: kind === 'grow' ? growthOf(image, facts.l1Entries, size) : undefined,
    stamp,
  }
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

function usageRefusals(host: Host, { file }: DiskImage): ImageError[] {
  const { state, holders } = host.readUse(file)
  if (state === 'free' || state === 'unknown') return []
  const [first] = holders
  const holder = first === undefined ? undefined : `${first.vm ?? first.name} (PID ${first.pid})`
  return [new ImageError('file-in-use', holder === undefined ? {} : { holder })]
}

/** What the image needs and could not be opened: neither content nor sizes are known without it. */
function linkRefusals(image: DiskImage): ImageError[] {
  const refusals: ImageError[] = []
  for (let layer: DiskImage | undefined = image; layer !== undefined; layer = layer.backing) {
    if (layer.unavailable !== undefined) refusals.push(layer.unavailable)
    if (layer instanceof Qcow2Image && layer.dataFile !== undefined) {
      const { dataFile } = layer
      try {
        dataFile.size()
      } catch (error) {
        refusals.push(ImageError.from(error, { path: dataFile.name }))
      }
    }
  }
  return refusals
}

interface FormatFacts {
  readonly refusals: readonly ImageError[]
  readonly snapshots: readonly SnapshotSize[]
  readonly bitmaps: readonly string[]
  readonly l1Entries: DiskGrowth['l1Entries']
}

const rawFacts: FormatFacts = {
  refusals: [],
  snapshots: [],
  bitmaps: [],
  l1Entries: { before: 0, after: 0 },
}

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
    bitmaps: readBitmaps(file, area)
      .filter(({ flags }) => flags % 2 !== bitmapFlags.inUse)
      .map(({ name }) => name),
    l1Entries: {
      before: header.l1Size,
      after: Math.max(header.l1Size, ceilDiv(wish.size, geometry.l2Coverage)),
    },
  }
}

/** What this layer stores, from its tables: where that ends, and what of it lies past `size`. */
async function storedPart(
  image: DiskImage,
  size: number,
  { signal, onProgress }: OperationContext,
): Promise<{ readonly end: number; readonly cut: Omit<CutContent, 'content'> }> {
  const { virtualSize } = image
  const isRaw = image.format === 'raw'
  const clusterSize = image instanceof Qcow2Image ? image.geometry.clusterSize : Infinity
  const firstCut = isRaw ? Infinity : alignUp(size, clusterSize) / clusterSize
  const breathe = breather(signal, { everyCalls: 16 })
  let end = 0
  let storedBytes = 0
  let clusters = 0
  let lastCluster = -1
  for (let at = 0; at < virtualSize;) {
    const run = image.runAt(at, virtualSize - at)
    const next = at + run.length
    // Holes of a raw file have a place and no space.
    const isStored = isRaw
      ? run.kind === 'data'
      : run.kind === 'compressed' || run.hostOffset !== undefined
    if (isStored) {
      end = next
      storedBytes += Math.max(next - Math.max(at, size), 0)
      const last = Math.ceil(next / clusterSize) - 1
      const first = Math.max(Math.floor(at / clusterSize), firstCut, lastCluster + 1)
      clusters += Math.max(last - first + 1, 0)
      lastCluster = last
    }
    at = next
    const pause = breathe()
    if (pause !== undefined) {
      onProgress?.({ phase: 'tables', done: at, total: virtualSize, unit: 'bytes' })
      await pause
    }
  }
  return { end, cut: { storedBytes, clusters } }
}

/** What reading finds: in the part that would be cut, and where the content of the disk ends. */
async function scanDisk(
  image: DiskImage,
  { size, scanLimit }: { readonly size: number; readonly scanLimit: number },
  context: OperationContext,
): Promise<{ readonly cut: ContentScan | undefined; readonly contentEnd: number | undefined }> {
  const source = contentSource(image)
  const { virtualSize } = image
  const isCut = size < virtualSize
  const cut = isCut
    ? await scanContent(source, { from: size, to: virtualSize, limit: scanLimit }, context)
    : undefined
  if (cut !== undefined && (cut.end !== undefined || !cut.complete)) {
    return { cut, contentEnd: cut.complete ? cut.end : undefined }
  }
  const limit = scanLimit - (cut?.bytesRead ?? 0)
  const below = await findContentEnd(
    source,
    { from: 0, to: Math.min(size, virtualSize), limit },
    context,
  )
  return { cut, contentEnd: below.complete ? (below.end ?? 0) : undefined }
}

async function partitionsOf(
  image: DiskImage,
  signal: AbortSignal | undefined,
): Promise<PartitionTable | undefined> {
  return readPartitionTable({
    length: image.virtualSize,
    read: (into, at) => image.read(into, at, signal),
  })
}

function safeSizeOf(
  partitions: PartitionTable | undefined,
  contentEnd: number | undefined,
): UsedDisk['safeSize'] {
  if (partitions !== undefined && partitions.partitions.length > 0) {
    return alignUp(partitions.end + partitions.reservedAtEnd, partitions.sectorSize)
  }
  return contentEnd === undefined ? undefined : Math.max(alignUp(contentEnd, SECTOR), SECTOR)
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
