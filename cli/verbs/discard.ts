import { compactImages, type CompactImagesOptions } from '../images/compact-images.ts'
import type { RunVerb } from '../table/verb.ts'

/** `platter discard`: clusters of zeroes are no longer stored; the file keeps its length but for its end. */
export const discard: RunVerb<CompactImagesOptions> = ({ operands, options, host }) =>
  compactImages(operands, { options, host, mode: 'zeroes' })
