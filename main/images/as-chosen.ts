import { rawSummary } from '../../core/index.ts'
import type { StoredImage } from '../history/images.ts'
import type { SeenImage } from './scan-tasks.ts'

/** A sighting as the row shows it: what a person said is a raw disk stays one, whatever is in it by now. */
export function asChosen(
  { treatedAsRaw }: Pick<StoredImage, 'treatedAsRaw'>,
  seen: SeenImage,
): SeenImage {
  // Without first bytes the file could not be opened, and that is what there is to say of it.
  if (!treatedAsRaw || seen.fingerprint === '') return seen
  return { ...rawSummary(seen), parentPath: undefined }
}
