import type { ReadOptions } from '../engine.ts'
import { ImageError } from '../errors/image-error.ts'
import { openImage, type OpenedImage } from '../image/open-image.ts'
import { printable } from '../base/text.ts'
import { probeFile } from '../image/probe.ts'
import { countClusters } from '../qcow2/cluster-counts.ts'
import { Qcow2Image } from '../qcow2/qcow2-image.ts'
import type { Host } from './host.ts'
import type { ImageInfo } from './image-info.ts'
import { describeQcow2 } from './describe-qcow2.ts'
import { describeSnapshot } from './describe-snapshot.ts'

export interface InfoOptions extends ReadOptions {
  /** Also count the clusters by kind, which reads every L2 table. */
  readonly clusters?: boolean | undefined
}

/**
 * All that an image says about itself, its chain and who uses it. Formats that are only recognised give
 * the few facts of their header; one whose header does not tell the virtual size is `format-not-supported`.
 */
export async function readInfo(
  host: Host,
  path: string,
  { clusters = false, ...options }: InfoOptions = {},
): Promise<ImageInfo> {
  const foreign = options.format === undefined ? await readForeignInfo(host, path) : undefined
  if (foreign !== undefined) return foreign
  await using opened = await openImage(host, path, options)
  const { image } = opened
  if (!(image instanceof Qcow2Image)) return commonInfo(host, opened)
  const { area, file } = image
  return {
    ...commonInfo(host, opened),
    qcow2: describeQcow2(file, area),
    snapshots: image.snapshots().map((entry) => describeSnapshot(entry, image.virtualSize)),
    backingFile: area.backingName === undefined ? undefined : printable(area.backingName),
    backingFormat: area.backingFormat,
    clusters: clusters ? await countClusters(file, area, options) : undefined,
  }
}

function commonInfo(host: Host, { image, chain }: OpenedImage): ImageInfo {
  const { file, format, virtualSize } = image
  const fileLength = file.size()
  return {
    path: file.name,
    format,
    virtualSize,
    fileLength,
    allocatedBytes: file.allocatedBytes() ?? fileLength,
    modifiedAt: file.times()?.modifiedAt ?? 0,
    qcow2: undefined,
    snapshots: [],
    backingFile: undefined,
    backingFormat: undefined,
    chain,
    clusters: undefined,
    use: host.readUse(file),
  }
}

/** Undefined for the formats that are opened, and for what is no image: opening says why. */
async function readForeignInfo(host: Host, path: string): Promise<ImageInfo | undefined> {
  await using file = await host.openFile(path)
  const probe = probeFile(file)
  if (probe.kind === 'unknown' || probe.format === 'qcow2' || probe.format === 'raw') {
    return undefined
  }
  const { format, label, virtualSize } = probe
  if (virtualSize === undefined) {
    throw new ImageError('format-not-supported', { path: file.name, format: label })
  }
  const fileLength = file.size()
  const allocatedBytes = file.allocatedBytes() ?? fileLength
  return {
    path: file.name,
    format,
    virtualSize,
    fileLength,
    allocatedBytes,
    modifiedAt: file.times()?.modifiedAt ?? 0,
    qcow2: undefined,
    snapshots: [],
    backingFile: undefined,
    backingFormat: undefined,
    chain: [
      {
        role: 'image',
        name: file.name,
        path: file.name,
        format,
        formatAssumed: false,
        virtualSize,
        allocatedBytes,
        state: 'open',
        error: undefined,
      },
    ],
    clusters: undefined,
    use: host.readUse(file),
  }
}
