import type { ReadOptions } from '../engine.ts'
import type { Qcow2Options } from '../qcow2/create/settings.ts'
import type { DecodeTarget } from './decode-result.ts'

/** What an image is made of. */
export type EncodeSource =
  /** Any image that can be read. Without a `format`: what has no signature of a format is raw. */
  | { readonly kind: 'file'; readonly path: string }
  /** A raw disk as it comes, of any length. */
  | { readonly kind: 'input'; readonly input: AsyncIterable<Uint8Array> }

/**
 * Where the image goes: into a sink only of a file, which is read twice, and uncompressed, for lengths come
 * before what they are of.
 */
export type EncodeTarget = DecodeTarget

export const encodeCompressions = ['none', 'zlib', 'zstd'] as const
export type EncodeCompression = (typeof encodeCompressions)[number]

export interface EncodeOptions
  extends
    ReadOptions,
    Pick<Qcow2Options, 'version' | 'clusterSize' | 'refcountBits' | 'lazyRefcounts'> {
  /** Default `none`. Clusters that do not get shorter are stored as they are. */
  readonly compression?: EncodeCompression | undefined
}
