import type { BlockFile } from '../../storage/block-file.ts'
import { checkSubjectOf } from '../check/subject-of.ts'
import type { CheckSubject } from '../check/subject.ts'
import type { HeaderArea } from '../format/header-area.ts'

/**
 * What a repair counts: everything but the refcount structure, which is made anew and counts itself.
 * References up to `fileLength` count, which may be past the end of the file.
 */
export const countedSubject = (
  view: BlockFile,
  area: HeaderArea,
  fileLength: number,
): CheckSubject => ({
  ...checkSubjectOf(view, area),
  fileLength,
  refcountTable: { offset: 0, entries: 0 },
})
