import { DataHasher } from './data-hasher.ts'
import type { FileExtent } from './compact-plan.ts'
import type { Hasher, Host } from './host.ts'

/**
 * How the content of a disk is made a digest for a proof. Both are functions of content alone, so equal
 * before and after exactly when content is.
 *
 * - `sha256`: of all bytes, what `hashImage` gives.
 * - `sha256-of-data`: of the blocks of 64 KiB that are not all zero, with their numbers, and of the length
 *   (`DataHasher`): no other tool gives this value, but it takes as long as there is data, not disk.
 */
export type ProofDigest = 'sha256' | 'sha256-of-data'

/** Up to here hashing all takes a quarter of a minute, and a value that other tools give is worth that. */
const alwaysWhole = 16 * 1024 ** 3
/** The disk's bytes for each that is stored, above which most of the time would go into zeroes. */
const mostlyZero = 4

/** One answer for a whole image, to be had before anything changes: later less is stored. */
export function proofDigestFor(
  virtualSize: number,
  files: readonly (FileExtent | undefined)[],
): ProofDigest {
  let stored = 0
  for (const extent of files) {
    if (extent === undefined) continue
    const { fileLength, allocatedBytes = fileLength } = extent
    stored += Math.min(fileLength, allocatedBytes)
  }
  return virtualSize > alwaysWhole && stored < virtualSize / mostlyZero
    ? 'sha256-of-data'
    : 'sha256'
}

export function proofHasher(
  { createHasher }: Pick<Host, 'createHasher'>,
  digest: ProofDigest,
): Hasher {
  const hasher = createHasher('sha256')
  return digest === 'sha256' ? hasher : new DataHasher(hasher)
}
