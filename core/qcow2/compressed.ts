import { ImageError } from '../errors/image-error.ts'
import type { Codecs } from '../image/codec.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { compressedLength, compressedOffset, compressedSectors } from './format/l2-entry.ts'
import type { Geometry } from './format/geometry.ts'

/** Where one compressed cluster's packed bytes are. */
export interface PackedCluster {
  /** Guest offset of the cluster. */
  readonly guest: number
  readonly offset: number
  /** At most two clusters: the descriptor's sector count has no more bits. */
  readonly length: number
}

export function packedCluster(
  guest: number,
  { high, low }: { readonly high: number; readonly low: number },
  geometry: Geometry,
): PackedCluster {
  const offset = compressedOffset(high, low, geometry)
  return { guest, offset, length: compressedLength(offset, compressedSectors(high, geometry)) }
}

export interface UnpackSource {
  readonly file: BlockFile
  readonly clusterSize: number
  readonly compressionType: 'zlib' | 'zstd'
  readonly codecs: Codecs
}

/** Where packed bytes came from, for messages alone. */
interface NamedUnpackSource extends Omit<UnpackSource, 'file'> {
  readonly file: Pick<BlockFile, 'name'>
}

/** One cluster of guest bytes. Throws `cluster-undecodable`, whatever the packed bytes are. */
export function unpackCluster(
  packed: Uint8Array,
  cluster: Pick<PackedCluster, 'guest' | 'offset'>,
  source: NamedUnpackSource,
): Uint8Array {
  const { clusterSize, compressionType, codecs } = source
  try {
    return compressionType === 'zstd'
      ? codecs.zstd(packed, clusterSize)
      : codecs.inflateRaw(packed, clusterSize)
  } catch (cause) {
    throw notUnpacked(cause, cluster, source)
  }
}

/** Smaller clusters are unpacked in less time than it takes to hand them to another thread. */
const ASIDE_BYTES = 32 * 1024

export const isUnpackedAside = (clusterSize: number): boolean => clusterSize >= ASIDE_BYTES

/** As `unpackCluster`, without keeping this thread busy where that pays. `packed` must not change meanwhile. */
export async function unpackClusterAside(
  packed: Uint8Array,
  cluster: Pick<PackedCluster, 'guest' | 'offset'>,
  source: NamedUnpackSource,
): Promise<Uint8Array> {
  const { clusterSize, compressionType, codecs } = source
  if (!isUnpackedAside(clusterSize)) return unpackCluster(packed, cluster, source)
  try {
    return compressionType === 'zstd'
      ? await codecs.zstdAside(packed, clusterSize)
      : await codecs.inflateRawAside(packed, clusterSize)
  } catch (cause) {
    throw notUnpacked(cause, cluster, source)
  }
}

/** Packed bytes that begin past the end of the file are gone; there is nothing to unpack. */
export function mustBeInFile(cluster: PackedCluster, file: BlockFile): void {
  const fileLength = file.size()
  if (cluster.offset < fileLength) return
  throw undecodable(`the file ends at ${fileLength}`, { ...cluster, file })
}

interface Place {
  readonly file: Pick<BlockFile, 'name'>
  readonly guest: number
  readonly offset: number
  readonly cause?: unknown
}

const notUnpacked = (
  cause: unknown,
  { guest, offset }: Pick<PackedCluster, 'guest' | 'offset'>,
  { file }: NamedUnpackSource,
) =>
  undecodable(cause instanceof Error ? cause.message : 'bad data', { file, guest, offset, cause })

const undecodable = (found: string, { file, guest, offset, cause }: Place) =>
  new ImageError(
    'cluster-undecodable',
    { path: file.name, structure: 'compressed cluster', offset, guestOffset: guest, found },
    cause === undefined ? {} : { cause },
  )
