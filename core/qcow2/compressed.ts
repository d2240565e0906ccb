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
  { guest, offset }: Pick<PackedCluster, 'guest' | 'offset'>,
  { file, clusterSize, compressionType, codecs }: NamedUnpackSource,
): Uint8Array {
  try {
    return compressionType === 'zstd'
      ? codecs.zstd(packed, clusterSize)
      : codecs.inflateRaw(packed, clusterSize)
  } catch (cause) {
    throw undecodable(cause instanceof Error ? cause.message : 'bad data', {
      file,
      guest,
      offset,
      cause,
    })
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

const undecodable = (found: string, { file, guest, offset, cause }: Place) =>
  new ImageError(
    'cluster-undecodable',
    { path: file.name, structure: 'compressed cluster', offset, guestOffset: guest, found },
    cause === undefined ? {} : { cause },
  )
