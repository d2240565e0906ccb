import { compactImages } from '../images/compact-images.ts'
import type { RunVerb } from '../verbs.ts'

/** `platter discard`: clusters of zeroes are no longer stored; the file keeps its length but for its end. */
export const discard: RunVerb = (operands, options, host) =>
  compactImages(operands, { options, host, mode: 'zeroes' })
