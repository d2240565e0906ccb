import { ImageError } from '../../errors/image-error.ts'
import { hasIncompatible } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'

/** How plain clusters are stored in the new file; `none`: as they are. */
export type RewriteCompression = 'none' | 'zlib' | 'zstd'

/**
 * Throws why an image cannot be written anew: `rewrite-not-possible`, or `image-corrupt` for one that is
 * marked so. A dirty image can: its refcounts are not asked, and the new file has true ones.
 */
export function mustBeRewritable(
  { header, dataFileName, encryption }: HeaderArea,
  compression: RewriteCompression,
): void {
  if (hasIncompatible(header.incompatibleFeatures, 'corrupt')) throw new ImageError('image-corrupt')
  if (dataFileName !== undefined) {
    throw new ImageError('rewrite-not-possible', {
      feature: 'an external data file, where its clusters have fixed places',
      expected: 'Give back space by punching, or compact its metadata in place.',
    })
  }
  if (encryption === 'luks') {
    throw new ImageError('rewrite-not-possible', {
      feature: 'LUKS encryption, which makes the place of a cluster part of its key stream',
      expected: 'Give back space by punching, or convert it with qemu-img and its passphrase.',
    })
  }
  if (compression === 'none') return
  if (encryption !== 'none') {
    throw new ImageError('rewrite-not-possible', {
      feature: 'encrypted data, which does not get shorter by compression',
      expected: 'Rewrite it without compression.',
    })
  }
  if (compression === 'zstd' && header.version === 2) {
    throw new ImageError('rewrite-not-possible', {
      feature: 'version 2 of the format, which knows no zstd',
      expected: 'Use zlib, or change the image to version 3 first.',
    })
  }
}
