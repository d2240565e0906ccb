import path from 'node:path'
import type { LibraryImage } from './library-image.ts'

/** What speaks for an image being the one that is missing. */
export type Sign = 'same-start' | 'same-name' | 'same-size'

export interface Candidate {
  readonly image: LibraryImage
  readonly signs: readonly Sign[]
}

const shownCandidates = 20

/**
 * Images of the library that may be the missing one under another name or in another place, the likeliest first. The
 * size alone is no sign: half a library may have it.
 */
export function missingCandidates(
  missing: LibraryImage,
  images: Iterable<LibraryImage>,
): readonly Candidate[] {
  const candidates: Candidate[] = []
  for (const image of images) {
    if (image.id === missing.id || image.missingSince !== undefined) continue
    const signs = signsOf(missing, image)
    if (signs.some((sign) => sign !== 'same-size')) candidates.push({ image, signs })
  }
  return candidates
    .toSorted((a, b) => b.signs.length - a.signs.length || a.image.path.localeCompare(b.image.path))
    .slice(0, shownCandidates)
}

/** Whether a file is taken for the missing image without a further word. */
export const isTakenFor = (signs: readonly Sign[]): boolean =>
  signs.includes('same-start') && signs.includes('same-size')

export function signsOf(
  missing: Pick<LibraryImage, 'path' | 'header'>,
  found: Pick<LibraryImage, 'path' | 'header'>,
): readonly Sign[] {
  const [before, now] = [missing.header, found.header]
  const signs: Sign[] = []
  if (before.fingerprint !== '' && before.fingerprint === now.fingerprint) signs.push('same-start')
  if (path.basename(missing.path) === path.basename(found.path)) signs.push('same-name')
  if (before.virtualSize !== undefined && before.virtualSize === now.virtualSize) {
    signs.push('same-size')
  }
  return signs
}
