import { unreachable } from '../../core/index.ts'
import { imageAction, type ImageAction } from '../../ipc/schemas/action.ts'
import { isChange } from '../../ipc/schemas/change.ts'
import type { JobRequest, RecordedRequest } from '../../ipc/schemas/job.ts'

/**
 * The request of an interrupted job as it can be started once more, or undefined. What only reads always can. A
 * change can when doing it twice comes to the same as doing it once, or when the second time is refused: its fresh
 * plan then says so. What would take something away that the person agreed to for another state of the image cannot.
 */
export function requestAgain(request: RecordedRequest): JobRequest | undefined {
  if (!isChange(request)) return request
  const action = imageAction.safeParse(request)
  return action.success && canDoTwice(action.data) ? action.data : undefined
}

export const canResume = (request: RecordedRequest): boolean => requestAgain(request) !== undefined

function canDoTwice(action: ImageAction): boolean {
  switch (action.kind) {
    // Content stays the same; what was given back stays given back.
    case 'compact':
      return true
    // The size is absolute. What lies past a new end was agreed to lose for the disk as it was then.
    case 'resize':
      return action.parameters.ignoreDataLoss !== true && action.parameters.keepCut !== true
    // It looks at every table anew. Steps that lose data were agreed to for the damage as it was then.
    case 'repair':
      return (action.parameters.allow ?? []).length === 0
    case 'snapshot':
      return canSnapshotTwice(action.parameters.action)
    // Only the header; the name it has by then is refused as no change.
    case 'relink':
      return true
    // A file that is no longer there, or a name that is taken by now, is refused.
    case 'rename':
    case 'move':
    case 'trash':
    case 'remove':
      return true
    // What was undone already is refused.
    case 'undo':
      return true
    default:
      return unreachable(action)
  }
}

function canSnapshotTwice(
  action: Extract<ImageAction, { kind: 'snapshot' }>['parameters']['action'],
): boolean {
  switch (action) {
    // A name that exists is refused, and a new name takes nothing away.
    case 'create':
    case 'rename':
      return true
    // Had it come to its end, the same word may mean another snapshot by now: one of that name that was taken
    // since, or, where no name is so, the one with that id.
    case 'delete':
      return false
    // Had it come to its end, what a guest wrote since would be thrown away.
    case 'apply':
      return false
    default:
      return unreachable(action)
  }
}
