import { settingsOf, type Qcow2Settings } from '../qcow2/create/settings.ts'
import { geometryFor } from '../qcow2/encode/image-plan.ts'
import type { EncodeOptions } from './encode-options.ts'
import type { EncodedImage } from './encode-result.ts'
import type { PieceOptions } from './source-pieces.ts'

/** Bytes of a piece: large enough that the price of a request does not show; packing takes a hundred times as long. */
const COPIED_BYTES = 2 * 1024 * 1024
const PACKED_BYTES = 1024 * 1024

/** Throws `option-invalid` or `options-conflict`. */
export function encodeSettings(options: EncodeOptions): Qcow2Settings {
  const { version, clusterSize, refcountBits, lazyRefcounts, compression = 'none' } = options
  const compressionType = compression === 'none' ? undefined : compression
  return settingsOf(
    { version, clusterSize, refcountBits, lazyRefcounts, compressionType },
    { hasBackingFile: false, dataFile: 'none' },
  )
}

/** What is known of the image from the start. */
export const encodedFacts = (
  settings: Qcow2Settings,
  virtualSize: number,
  { compression = 'none' }: EncodeOptions,
): Omit<EncodedImage, 'source' | 'sourceFormat'> => {
  const { guestClusters, refcountBits } = geometryFor(settings, virtualSize)
  const { clusterSize, version, lazyRefcounts } = settings
  return {
    virtualSize,
    clusterSize,
    version,
    refcountBits,
    lazyRefcounts,
    compression,
    guestClusters,
  }
}

/** How the source is read. */
export function pieceOptions(
  { clusterSize }: Qcow2Settings,
  { compression = 'none', signal, pause }: EncodeOptions,
): PieceOptions {
  const wanted = compression === 'none' ? COPIED_BYTES : PACKED_BYTES
  return { clusterSize, pieceBytes: Math.max(wanted, clusterSize), signal, pause }
}
