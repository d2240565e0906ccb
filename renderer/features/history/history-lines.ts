import type { Job } from '../../../ipc/schemas/job.ts'

export type HistoryLine =
  | { readonly kind: 'job'; readonly job: Job }
  | { readonly kind: 'batch'; readonly batchId: string; readonly jobs: readonly Job[] }

/** Jobs in their order; those of one batch are one line, where the newest of them stands. */
export function historyLines(jobs: readonly Job[]): readonly HistoryLine[] {
  const batches = Map.groupBy(
    jobs.filter(({ batchId }) => batchId !== undefined),
    ({ batchId = '' }) => batchId,
  )
  return jobs.flatMap((job): HistoryLine[] => {
    const { batchId } = job
    if (batchId === undefined) return [{ kind: 'job', job }]
    const together = batches.get(batchId) ?? []
    return together[0] === job ? [{ kind: 'batch', batchId, jobs: together }] : []
  })
}
