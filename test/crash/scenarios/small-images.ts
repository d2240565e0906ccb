/** Small images of every writable kind, in memory: the disks that stories begin with. */
import { openImage } from '../../../core/image/open-image.ts'
import { noise } from '../../helpers/noise.ts'
import { Qcow2Builder, type BuilderOptions } from '../../helpers/qcow2-builder.ts'
import type { Random } from '../../helpers/random.ts'
import { GuestModel } from '../../model/guest-model.ts'
import { CrashLog } from '../../storage/crash-log.ts'
import { CrashMachine } from '../../storage/crash-machine.ts'

export const imagePath = '/disk.qcow2'
export const backingPath = '/base.raw'
export const dataPath = '/disk.data'

/** The files of a story, and what its guest finds at first. */
export interface SmallImage {
  readonly files: Readonly<Record<string, Uint8Array>>
  readonly clusterSize: number
  readonly model: GuestModel
}

export interface SmallImageOptions extends Omit<
  BuilderOptions,
  'virtualSize' | 'backing' | 'dataFile'
> {
  readonly clusters?: number
  /** What is not empty lies in the first so many clusters; default all. */
  readonly stored?: number
  /** Clusters of content that the image is above of. */
  readonly backingClusters?: number
  readonly dataFile?: string
  /** Names of internal snapshots, all of what the disk holds at first. */
  readonly snapshots?: readonly string[]
  /** So many refcounts are anything, as a writer leaves them that never closed a lazy image. */
  readonly miscounted?: number
  /** Names of bitmaps that record what changes. */
  readonly bitmaps?: readonly string[]
  /** Autoclear bits that are set besides those of the bitmaps. */
  readonly autoclearBits?: bigint
  /** Some clusters are compressed at first. */
  readonly compressed?: boolean
  /** So many host clusters between the others are counted, and nothing refers to them. */
  readonly leaked?: number
}

/** Some clusters are data, some zeroes of either kind, some compressed; most are not there. */
export async function smallImage(
  random: Random,
  {
    clusters = 40,
    stored = clusters,
    miscounted = 0,
    backingClusters = 0,
    snapshots = [],
    bitmaps = [],
    autoclearBits = 0n,
    leaked = 0,
    ...options
  }: SmallImageOptions = {},
): Promise<SmallImage> {
  const clusterSize = 2 ** (options.clusterBits ?? 9)
  const builder = new Qcow2Builder({
    clusterBits: 9,
    virtualSize: clusters * clusterSize,
    ...options,
    ...(backingClusters > 0 ? { backing: { name: 'base.raw', format: 'raw' } } : {}),
  })
  const version = options.version ?? 3
  const leakAt = Array.from({ length: leaked }, () => random.below(stored))
  for (let cluster = 0; cluster < stored; cluster++) {
    builder.leak(leakAt.filter((at) => at === cluster).length)
    const kind = random.below(12)
    if (kind < 3) builder.data(cluster, 1 + random.below(255))
    else if (kind === 3 && version === 3) builder.zeroPlain(cluster)
    else if (kind === 4 && version === 3 && options.dataFile === undefined)
      builder.zeroAllocated(cluster)
    else if (kind < 8 && options.compressed === true)
      builder.compressed(cluster, 1 + random.below(255))
  }
  for (const [index, name] of snapshots.entries()) builder.snapshot({ id: String(index + 1), name })
  for (const name of bitmaps) builder.bitmap({ name })
  if (autoclearBits !== 0n) {
    builder.header('autoclearFeatures', autoclearBits + (bitmaps.length > 0 ? 1n : 0n))
  }
  const hostClusters = builder.build().fileLength / clusterSize
  for (let count = 0; count < miscounted; count++) {
    builder.setRefcount(random.below(hostClusters), BigInt(random.below(3)))
  }
  const files = {
    [imagePath]: new Uint8Array(builder.bytes),
    ...(backingClusters > 0
      ? {
          [backingPath]: new Uint8Array(
            noise(random.below(2 ** 31), backingClusters * clusterSize),
          ),
        }
      : {}),
    ...(options.dataFile === undefined
      ? {}
      : { [dataPath]: new Uint8Array(noise(random.below(2 ** 31), clusters * clusterSize)) }),
  }
  const content = await contentOf(files)
  const model = new GuestModel(content.length, content)
  for (const name of snapshots) model.createSnapshot(name)
  return { files, clusterSize, model }
}

/** What the guest reads, as our reader finds it. */
export async function contentOf(files: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  const machine = new CrashMachine(new CrashLog<never>(), files)
  await using opened = await openImage(machine, imagePath)
  const content = new Uint8Array(opened.image.virtualSize)
  await opened.image.read(content, 0)
  return content
}
