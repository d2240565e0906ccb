import {
  compactImages,
  type CompactImagesOptions,
  type RewriteOptions,
} from '../images/compact-images.ts'
import { UsageError } from '../usage-error.ts'
import type { RunVerb } from '../table/verb.ts'

interface CompactOptions extends CompactImagesOptions, RewriteOptions {
  readonly mode: 'auto' | 'in-place' | 'punch' | 'rewrite'
}

/** `platter compact`: plans, gives space back and proves that the guest reads the same. */
export const compact: RunVerb<CompactOptions> = async ({ operands, options, host }) => {
  mustFit(operands, options)
  return compactImages(operands, { options, host, rewrite: options, mode: options.mode })
}

/** What only makes sense for a new file must not be ignored in silence. */
function mustFit(
  operands: readonly string[],
  { mode, compress, keepOriginal }: CompactOptions,
): void {
  if (mode !== 'rewrite') {
    if (compress !== undefined) throw new UsageError('--compress needs --mode rewrite.')
    if (keepOriginal !== undefined) throw new UsageError('--keep-original needs --mode rewrite.')
  }
  if (keepOriginal !== undefined && operands.length > 1) {
    throw new UsageError('--keep-original names one file, and there are several images.')
  }
}
