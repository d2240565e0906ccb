import type { SkipReason } from '../../ipc/schemas/batch.ts'
import type { JobRequest } from '../../ipc/schemas/job.ts'
import type { StoredImage } from '../history/images.ts'
import type { Fit } from '../jobs/job-subjects.ts'

/** Whether a kind of work makes sense for an image; what does not fit is skipped and counted. */
export function fitJob(
  image: Pick<StoredImage, 'path' | 'header' | 'missingSince' | 'treatedAsRaw'>,
  request: JobRequest,
): Fit {
  const { path, header, treatedAsRaw } = image
  const reason = misfitOf(image, request)
  if (reason !== undefined) return { fits: false, path, reason }
  // An identity is `device:inode`.
  const volume = header.identity.slice(0, header.identity.indexOf(':'))
  return { fits: true, path, volume, treatedAsRaw }
}

type RawLacks = Extract<SkipReason, { kind: 'raw' }>['lacks']

/** What a raw image has not got. */
const missingInRaw: Readonly<Partial<Record<JobRequest['kind'], RawLacks>>> = {
  check: 'tables',
  repair: 'tables',
  snapshot: 'snapshots',
  relink: 'backing-file',
}

function misfitOf(
  { header, missingSince }: Pick<StoredImage, 'header' | 'missingSince'>,
  request: JobRequest,
): SkipReason | undefined {
  const { kind } = request
  // What was moved or trashed is missing where it was until it is taken back.
  if (kind === 'remove' || kind === 'undo') return undefined
  if (missingSince !== undefined) return { kind: 'missing' }
  const needsFileOnly =
    kind === 'rename' ||
    kind === 'move' ||
    kind === 'trash' ||
    (kind === 'hash' && request.target === 'file')
  // A file nobody could read yet is worth a try: the job's error says what is wrong with it.
  if (needsFileOnly || header.format === undefined) return undefined
  if (header.format === 'raw') {
    const lacks = missingInRaw[kind]
    return lacks && { kind: 'raw', lacks }
  }
  if (header.format !== 'qcow2') {
    return { kind: 'format', format: header.format, label: header.formatLabel }
  }
  return kind === 'relink' && header.backing === undefined ? { kind: 'no-backing-file' } : undefined
}
