import { isChange } from '../../../ipc/schemas/change.ts'
import type { Job, JobRequest } from '../../../ipc/schemas/job.ts'
import { recordedRequestOf } from '../../../ipc/schemas/recorded-request.ts'
import { host } from '../../host.ts'
import { announce } from '../../state/announce.ts'
import { reportError } from '../../state/report-error.ts'
import { requestWords } from './job-words.ts'

export function startJob(
  request: JobRequest,
  image: { readonly id: number; readonly name: string },
): void {
  host()
    .api['jobs.start']({ request, imageIds: [image.id] })
    .then(() => announce(`${requestWords(recordedRequestOf(request))} of ${image.name} started`))
    .catch(reportError)
}

export function cancelJob(job: Job): void {
  host()
    .api['jobs.cancel']({ jobId: job.id })
    .then(() => announce(`${requestWords(job.request)} of ${job.imageName} cancelled`))
    .catch(reportError)
}

/** Does the same work once more; undefined for work that the services do not do. */
export function repeatingOf({ request, imageId, imageName }: Job): (() => void) | undefined {
  return isChange(request) ? undefined : () => startJob(request, { id: imageId, name: imageName })
}

export function cancelBatch(batchId: string): void {
  host()
    .api['jobs.cancel']({ batchId })
    .then(() => announce('Cancelled. Finished results are kept.'))
    .catch(reportError)
}

/** What the file is worth after a cancel: every job of this release only reads. */
export const cancelPromise = 'Cancel – the image stays as it is'
