import type { JobRequest } from '../../ipc/schemas/job.ts'
import type { StoredImage } from '../history/images.ts'
import type { Fit } from '../jobs/job-subjects.ts'

/** Whether a kind of work makes sense for an image; what does not fit is skipped and counted. */
export function fitJob(
  { path, header, missingSince }: Pick<StoredImage, 'path' | 'header' | 'missingSince'>,
  request: JobRequest,
): Fit {
  const refuse = (reason: string): Fit => ({ fits: false, path, reason })
  if (missingSince !== undefined) return refuse('The file is missing.')
  // A file nobody could read yet is worth a try: the job's error says what is wrong with it.
  if (header.format === undefined || header.format === 'qcow2') return { fits: true, path }
  const isFileHash = request.kind === 'hash' && request.target === 'file'
  if (isFileHash) return { fits: true, path }
  if (header.format !== 'raw') {
    return refuse(`Platter recognises ${header.formatLabel} images but cannot read them yet.`)
  }
  return request.kind === 'check'
    ? refuse('A raw image has no tables that could be checked.')
    : { fits: true, path }
}
