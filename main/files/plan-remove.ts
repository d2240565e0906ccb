import { ImageError } from '../../core/index.ts'
import { saveUndo } from '../history/undos.ts'
import { isWithinRoots } from '../images/within-roots.ts'
import { readFileFacts } from '../jobs/measured.ts'
import type { FreePlanner } from '../plans/planners.ts'
import { undoLine } from '../plans/preflight/outcome-lines.ts'
import type { FileParts } from './file-parts.ts'
import { fileDetail } from './plan-place.ts'

/** Out of the library; the file stays where it is, in use or not, there or not. */
export const removePlanner =
  ({ images, db, roots }: FileParts): FreePlanner<'remove'> =>
  async ({ imageId, path }) => {
    if (path === undefined) {
      throw new ImageError('unknown-id', { field: 'image', id: String(imageId) })
    }
    if (!isWithinRoots(roots, path)) throw new ImageError('outside-roots', { path })
    const line = undoLine({ undo: 'while-unchanged' })
    return {
      detail: fileDetail('remove', path),
      refusals: [],
      consent: undefined,
      hasEffect: true,
      card: { lines: line === undefined ? [] : [line] },
      basis: { path },
      carryOut: async () => {
        const single = images.isSingle(imageId)
        const facts = await readFileFacts(path).catch(() => undefined)
        return {
          summary: 'Removed from the library',
          facts: [{ label: 'The file stays at', text: path }],
          // Both at once: a scan that finds the file in between would show it again.
          keep: (_subjects, { id, endedAt }) => {
            const record = {
              kind: 'remove' as const,
              path,
              single,
              ...(facts === undefined ? {} : { identity: facts.identity }),
            }
            saveUndo(db, { jobId: String(id), imageId, record, madeAt: endedAt })
            images.removeImages([imageId])
          },
        }
      },
    }
  }
