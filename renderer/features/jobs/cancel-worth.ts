import { isChange, type ChangeRequest } from '../../../ipc/schemas/change.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { texts } from '../../texts/texts.ts'
import { unreachable } from '../../unreachable.ts'

/**
 * What the file is worth when this job is cancelled now, as the end of a sentence. Said by the kinds of work as
 * their operations promise it (docs/CRASH-SAFETY.md).
 */
export function cancelWorth({ request, startedAt }: Pick<Job, 'request' | 'startedAt'>): string {
  const { worth } = texts().jobs
  if (startedAt === undefined) return worth.notBegun
  return isChange(request) ? worthOfChange(request) : worth.look
}

function worthOfChange({ kind, parameters }: ChangeRequest): string {
  const { worth } = texts().jobs
  switch (kind) {
    case 'resize':
    case 'repair':
    case 'snapshot':
    case 'undo':
    case 'create':
    case 'remove':
      return worth[kind]
    case 'compact':
      return parameters['mode'] === 'rewrite' ? worth.rewrite : worth.given
    case 'discard':
      return worth.given
    case 'relink':
      return worth.header
    case 'rename':
    case 'move':
    case 'trash':
      return worth.place
    case 'encode':
    case 'decode':
    case 'stream-decode':
    case 'dehydrate':
    case 'rehydrate':
      return worth.file
    case 'amend':
    case 'write':
    case 'pattern':
      return worth.write
    default:
      return unreachable(kind)
  }
}
