import type { ReadOptions } from '../engine.ts'
import { ImageError } from '../errors/image-error.ts'
import type { DiskImage } from '../image/disk-image.ts'
import { openImage } from '../image/open-image.ts'
import type { OperationContext } from '../progress.ts'
import { readBitmaps } from '../qcow2/bitmap-list.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import { UnavailableFile } from '../storage/unavailable-file.ts'
import { autoMode } from './compact-auto.ts'
import { inPlaceFigures } from './compact-figures.ts'
import { isContradiction, lookAtSpace } from './compact-look.ts'
import { modesOfQcow2, modesOfRaw, type DataFileFacts } from './compact-modes.ts'
import type { CompactPlan, ZeroScan } from './compact-plan.ts'
import { lookAtRaw } from './compact-raw.ts'
import { lookForZeroes } from './compact-zeroes.ts'
import { extentOf } from './file-extent.ts'
import type { Host } from './host.ts'
import { linkRefusals, stampedDataFile, usageRefusals } from './image-refusals.ts'
import { stampOf } from './image-stamp.ts'
import { proofDigestFor } from './proof-digest.ts'
import { settledView } from './settled-view.ts'
import { stillHost } from './still-host.ts'

export interface PlanCompactOptions extends ReadOptions {
  /** Default `whole`: every cluster of data is read once. */
  readonly scan?: ZeroScan | undefined
}

/**
 * What compacting an image would give back, by cause and mode; reads only. The image is held as a reader
 * while it is looked at.
 *
 * Throws `contradictions-found` for an image that has to be repaired first, `image-corrupt` for one that is
 * marked so, `file-in-use` when somebody writes to it so that its tables cannot be made sense of, and what
 * makes an image unreadable. What else stands against a mode is in the plan.
 */
export async function planCompact(
  host: Host,
  path: string,
  { scan = 'whole', ...options }: PlanCompactOptions = {},
): Promise<CompactPlan> {
  const still = stillHost(host)
  try {
    await using opened = await openImage(still, path, options)
    const { image } = opened
    const usage = usageRefusals(still, image)
    try {
      return image instanceof Qcow2Image
        ? await planQcow2(still, image, { scan, usage, context: options })
        : await planRaw(image, { scan, usage, context: options })
    } catch (error) {
      const [inUse] = usage
      // A table that is being written reads as if it were damaged.
      if (inUse !== undefined && still.isMoving(image.file) && isDamage(error)) throw inUse
      throw error
    }
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

const isDamage = (error: unknown): boolean =>
  isContradiction(error) || (error instanceof ImageError && error.kind === 'corrupt')

interface Planning {
  readonly scan: ZeroScan
  /** Who has the image open. */
  readonly usage: readonly ImageError[]
  readonly context: OperationContext
}

async function planQcow2(
  host: Pick<Host, 'readUse'>,
  image: Qcow2Image,
  { scan, usage, context }: Planning,
): Promise<CompactPlan> {
  // Before anything is read: what changes meanwhile must not pass for what was looked at.
  const stamp = stampOf(image.file)
  const before = extentOf(image.file)
  const { file, area, isDirty } = await settledView(image, context)
  const look = await lookAtSpace(file, area, context)
  const zeroes = await lookForZeroes(file, look.survey, scan, context)
  const dataFile = await lookAtDataFile(image, scan, context)
  const links = linkRefusals(image)
  const missingData = links.filter(() => image.dataFile instanceof UnavailableFile)
  const modes = modesOfQcow2({
    path: image.file.name,
    before,
    look,
    zeroes,
    dataFile,
    inPlace: await inPlaceFigures(file, look.survey, zeroes.clusters, context),
    proofDigest: proofDigestFor(image.virtualSize, [before, dataFile?.extent]),
    refusals: [...usage, ...dataFileUsage(host, image), ...missingData],
    isDirty,
  })
  const stamped = stampedDataFile(image)
  return {
    path: image.file.name,
    format: 'qcow2',
    before,
    causes: {
      ...look.causes,
      zeroBytes: sumOf(zeroes.bytes, dataFile?.spare?.zeroBytes),
      zeroMarginBytes: zeroes.marginBytes + (dataFile?.marginBytes ?? 0),
    },
    modes,
    auto: autoMode(modes, { format: 'qcow2', before, hasDataFile: image.dataFile !== undefined }),
    kept: {
      snapshots: area.header.snapshotCount,
      bitmaps: readBitmaps(file, area).length,
      backingFile: area.backingName,
      virtualSize: image.virtualSize,
    },
    scan: {
      kind: zeroes.scan.kind,
      totalBytes: zeroes.scan.totalBytes + (dataFile?.scan.totalBytes ?? 0),
      bytesRead: zeroes.scan.bytesRead + (dataFile?.scan.bytesRead ?? 0),
    },
    stamp,
    proofRefusal: (links[0] ?? encryptedBelow(image) ?? unreadableSnapshot(image))
      ?.with({ path: image.file.name })
      .toJSON(),
    dataFile: stamped && dataFile && { ...stamped, before: dataFile.extent },
  }
}

async function lookAtDataFile(
  { dataFile }: Qcow2Image,
  kind: ZeroScan,
  context: OperationContext,
): Promise<(DataFileFacts & Awaited<ReturnType<typeof lookAtRaw>>) | undefined> {
  if (dataFile === undefined || dataFile instanceof UnavailableFile) return undefined
  return { extent: extentOf(dataFile), ...(await lookAtRaw(dataFile, kind, context)) }
}

function dataFileUsage(
  host: Pick<Host, 'readUse'>,
  { dataFile }: Qcow2Image,
): readonly ImageError[] {
  if (dataFile === undefined || dataFile instanceof UnavailableFile) return []
  return usageRefusals(host, { file: dataFile })
}

/** Content below that needs a passphrase cannot be read; of the image itself, what it stores can. */
function encryptedBelow({ backing }: Qcow2Image): ImageError | undefined {
  for (let layer: DiskImage | undefined = backing; layer !== undefined; layer = layer.backing) {
    if (layer.encrypted) return new ImageError('encrypted', { path: layer.file.name })
  }
  return undefined
}

/** The L1 table of a snapshot may be too short for its disk: no contradiction, but nothing to read. */
function unreadableSnapshot(image: Qcow2Image): ImageError | undefined {
  try {
    for (const entry of image.snapshots()) image.atSnapshot(entry)
    return undefined
  } catch (error) {
    return ImageError.from(error)
  }
}

async function planRaw(
  { file, virtualSize }: DiskImage,
  { scan: kind, usage, context }: Planning,
): Promise<CompactPlan> {
  const stamp = stampOf(file)
  const before = extentOf(file)
  const look = await lookAtRaw(file, kind, context)
  const proofDigest = proofDigestFor(virtualSize, [before])
  const modes = modesOfRaw({ path: file.name, before, look, refusals: usage, proofDigest })
  return {
    path: file.name,
    format: 'raw',
    before,
    causes: {
      zeroBytes: look.spare?.zeroBytes,
      zeroMarginBytes: look.marginBytes,
      leakedBytes: 0,
      holeBytes: 0,
      tailBytes: 0,
      snapshotOnly: [],
      snapshotOnlyBytes: 0,
      guestFree: 'not-counted',
    },
    modes,
    auto: autoMode(modes, { format: 'raw', before, hasDataFile: false }),
    kept: { snapshots: 0, bitmaps: 0, backingFile: undefined, virtualSize },
    scan: look.scan,
    stamp,
    proofRefusal: undefined,
    dataFile: undefined,
  }
}

const sumOf = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0)
