import { ImageError, type ImageErrorData } from '../../core/index.ts'
import type { Subject } from './subject.ts'

/**
 * What may be done with a file that holds the guest's clusters of another image: nothing that takes it from where that
 * one looks for it, or gives it another length. What can be done to both is done to the image.
 */
export function dataFileRefusal({
  image,
  contentOf,
}: Pick<Subject, 'image' | 'contentOf'>): ImageErrorData | undefined {
  const [first] = contentOf
  if (first === undefined) return undefined
  const found = contentOf.map(({ name }) => name).join(', ')
  return new ImageError('data-file-needed', { path: image.path, found, link: first.name }).toJSON()
}
