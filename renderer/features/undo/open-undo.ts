import type { Job } from '../../../ipc/schemas/job.ts'
import { host } from '../../host.ts'
import { openSheet } from '../../state/sheets.ts'
import { toast } from '../../state/toasts.ts'
import { texts } from '../../texts/texts.ts'
import { newestUndo } from './newest-undo.ts'

/** Shows what undoing this job would bring back. */
export const openUndo = ({ id, imageId }: Pick<Job, 'id' | 'imageId'>): void =>
  openSheet({ kind: 'undo', jobId: id, imageId })

/** Shows the newest change of these images that can be undone, or of all when none are given. */
export async function openNewestUndo(
  images: readonly { readonly id: number; readonly name: string }[],
): Promise<void> {
  const { entries } = await host().api['undo.store']({})
  const entry = newestUndo(
    entries,
    images.map(({ id }) => id),
  )
  if (entry !== undefined) {
    openUndo({ id: entry.jobId, imageId: entry.imageId })
    return
  }
  const words = texts().undo
  const [only, ...others] = images
  toast({
    title: only !== undefined && others.length === 0 ? words.nothingOf(only.name) : words.nothing,
    detail: words.nothingDetail,
    tone: 'info',
  })
}
