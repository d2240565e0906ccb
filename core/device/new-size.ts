import { isAligned } from '../base/bits.ts'
import { ImageError } from '../errors/image-error.ts'

const SECTOR = 512

/**
 * Throws `invalid-argument` for a size that is not whole sectors, and `consent-missing` for a smaller
 * one that nobody said may lose data.
 */
export function mustBeSize(
  path: string,
  { from, to, shrink }: { readonly from: number; readonly to: number; readonly shrink: boolean },
): void {
  if (!isAligned(to, SECTOR)) {
    throw new ImageError('invalid-argument', {
      path,
      field: 'The virtual size',
      expected: `a multiple of ${SECTOR} bytes`,
      found: to,
    })
  }
  if (to < from && !shrink) {
    throw new ImageError('consent-missing', { path, limit: to, expected: '"shrink"' })
  }
}
