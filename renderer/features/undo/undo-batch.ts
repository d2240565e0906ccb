import type { Job } from '../../../ipc/schemas/job.ts'
import { useJobs } from '../../state/jobs.ts'
import { usePage } from '../../state/page.ts'
import { openSheet } from '../../state/sheets.ts'
import { texts } from '../../texts/texts.ts'

/** Whether something of a batch can be taken back, as far as its records tell. */
export const hasUndo = (jobs: Iterable<Job>): boolean =>
  [...jobs].some(({ undo }) => undo === 'possible')

/** The batch whose results are shown. */
function shownBatch(): string | undefined {
  const { page } = usePage.getState()
  return page.kind === 'batch' ? page.batchId : undefined
}

/** Why the batch that is shown cannot be taken back; undefined when it can. */
export function whyNoBatchUndo(): string | undefined {
  const words = texts().undo.batch
  const batchId = shownBatch()
  const { watched } = useJobs.getState()
  if (batchId === undefined) return words.onlyInBatch
  return watched?.batchId === batchId && hasUndo(watched.jobs.values()) ? undefined : words.none
}

export function openBatchUndo(): void {
  const batchId = shownBatch()
  if (batchId !== undefined) openSheet({ kind: 'undo-batch', batchId })
}
