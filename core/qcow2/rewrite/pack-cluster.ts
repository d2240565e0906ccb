import type { Codecs } from '../../image/codec.ts'

export type CompressionType = 'zlib' | 'zstd'

export interface Packing {
  readonly codecs: Codecs
  readonly type: CompressionType
}

/** One cluster as it would be stored; undefined when packing does not make it shorter. */
export async function packCluster(
  content: Uint8Array,
  { codecs, type }: Packing,
): Promise<Uint8Array | undefined> {
  const packed = await (type === 'zstd' ? codecs.packZstd(content) : codecs.deflateRaw(content))
  return packed.length < content.length ? packed : undefined
}

/** As `packCluster`, on this thread. */
export function packClusterNow(
  content: Uint8Array,
  { codecs, type }: Packing,
): Uint8Array | undefined {
  const packed = type === 'zstd' ? codecs.packZstdNow(content) : codecs.deflateRawNow(content)
  return packed.length < content.length ? packed : undefined
}
