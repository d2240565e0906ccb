import { isChange } from '../../../ipc/schemas/change.ts'
import type { Job, JobRequest } from '../../../ipc/schemas/job.ts'
import { recordedRequestOf } from '../../../ipc/schemas/recorded-request.ts'
import { host } from '../../host.ts'
import { announce } from '../../state/announce.ts'
import { reportError } from '../../state/report-error.ts'
import { texts } from '../../texts/texts.ts'
import { requestWords } from './job-words.ts'

export function startJob(
  request: JobRequest,
  image: { readonly id: number; readonly name: string },
): void {
  const words = requestWords(recordedRequestOf(request))
  host()
    .api['jobs.start']({ request, imageIds: [image.id] })
    .then(() => announce(texts().jobs.told.started(words, image.name)))
    .catch(reportError)
}

type Told = 'cancelled' | 'paused' | 'resumed'

function tell(asked: Promise<unknown>, { request, imageName }: Job, what: Told): void {
  asked
    .then(() => announce(texts().jobs.told[what](requestWords(request), imageName)))
    .catch(reportError)
}

export const cancelJob = (job: Job): void =>
  tell(host().api['jobs.cancel']({ jobId: job.id }), job, 'cancelled')

export const pauseJob = (job: Job): void =>
  tell(host().api['jobs.pause']({ jobId: job.id }), job, 'paused')

export const resumeJob = (job: Job): void =>
  tell(host().api['jobs.resume']({ jobId: job.id }), job, 'resumed')

/** Takes up interrupted work, as a new job through a fresh plan. What stands against it is shown. */
export const takeUpJob = (job: Job): void =>
  tell(host().api['jobs.again']({ jobId: job.id }), job, 'resumed')

/** Does the same look once more; undefined for changes, which are planned anew instead. */
export function repeatingOf({ request, imageId, imageName }: Job): (() => void) | undefined {
  return isChange(request) ? undefined : () => startJob(request, { id: imageId, name: imageName })
}

type BatchTold = 'batchCancelled' | 'batchPaused' | 'batchResumed'

function tellOfBatch(asked: Promise<unknown>, what: BatchTold): void {
  asked.then(() => announce(texts().jobs.told[what])).catch(reportError)
}

export const cancelBatch = (batchId: string): void =>
  tellOfBatch(host().api['jobs.cancel']({ batchId }), 'batchCancelled')

export const pauseBatch = (batchId: string): void =>
  tellOfBatch(host().api['jobs.pause']({ batchId }), 'batchPaused')

export const resumeBatch = (batchId: string): void =>
  tellOfBatch(host().api['jobs.resume']({ batchId }), 'batchResumed')
