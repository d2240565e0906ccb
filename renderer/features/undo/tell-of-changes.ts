import { isChange } from '../../../ipc/schemas/change.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { explain } from '../../state/explain-error.ts'
import { hasEnded, type JobsState } from '../../state/job-reducer.ts'
import { useJobs } from '../../state/jobs.ts'
import { openSheet, useSheet, type Sheet } from '../../state/sheets.ts'
import { toast } from '../../state/toasts.ts'
import { windowImage } from '../../state/window-image.ts'
import { texts } from '../../texts/texts.ts'
import { requestWords } from '../jobs/job-words.ts'
import { summaryOf } from '../jobs/summary-of.ts'
import { openUndo } from './open-undo.ts'

/** Tells of changes that end while no dialog shows them, with the way back. Returns how to stop. */
export function tellOfChanges(): () => void {
  return useJobs.subscribe((now, before) => {
    const own = windowImage()
    for (const job of endedChanges(now, before)) {
      if (own !== undefined && own !== job.imageId) continue
      if (!showsReceipt(useSheet.getState().sheet, job)) tellOf(job)
    }
  })
}

/** Single changes that have ended since; of a batch, its page tells. */
export function endedChanges(now: JobsState, before: JobsState): readonly Job[] {
  if (now.jobs === before.jobs) return []
  return [...now.jobs.values()].filter((job) => {
    const earlier = before.jobs.get(job.id)
    // One that was over within a moment was never seen at work. What another run left comes as interrupted.
    const isNew = earlier === undefined ? job.state !== 'interrupted' : !hasEnded(earlier)
    return (
      isNew &&
      hasEnded(job) &&
      isChange(job.request) &&
      job.batchId === undefined &&
      job.actor !== 'cli'
    )
  })
}

/** A dialog about this very image is open: the one that was started stays open as its receipt. */
const showsReceipt = (sheet: Sheet | undefined, { imageId }: Job): boolean =>
  sheet !== undefined &&
  (('imageId' in sheet && sheet.imageId === imageId) ||
    ('imageIds' in sheet && sheet.imageIds.includes(imageId)) ||
    sheet.kind === 'new-image')

function tellOf(job: Job): void {
  const words = texts().undo
  const { error, imageName } = job
  if (error !== undefined) {
    toast({
      title: words.toast.failed(requestWords(job.request), imageName),
      detail: explain(error).title,
      tone: 'bad',
      stays: true,
      action: { label: words.toast.show, run: () => openSheet({ kind: 'error', error }) },
    })
    return
  }
  if (job.state !== 'succeeded') return
  toast({
    title: summaryOf(job) ?? requestWords(job.request),
    detail: imageName,
    ...(job.undo === 'possible' && {
      action: { label: words.open, run: () => openUndo(job) },
    }),
  })
}
