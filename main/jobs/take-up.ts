import { ImageError, unreachable } from '../../core/index.ts'
import type { ImageAction } from '../../ipc/schemas/action.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { ActionPlan } from '../../ipc/schemas/plan.ts'
import { stopError } from '../plans/preflight/stop-error.ts'
import { requestAgain } from './can-resume.ts'
import type { JobQueue } from './queue.ts'

export interface TakeUpParts {
  readonly queue: Pick<JobQueue, 'start'>
  /** Plans anew, from the files as they are now. Answers with the last plan. */
  readonly plan: (imageId: number, request: ImageAction) => Promise<ActionPlan>
}

/**
 * Starts an interrupted job once more, as a new job; a change through a fresh plan. Throws `job-not-resumable`, what
 * stands against the plan, `plan-consent-missing` when something would be lost, and `nothing-left-to-do`.
 */
export async function takeUp(
  { queue, plan }: TakeUpParts,
  { id, state, request, imageId, imagePath: path }: Job,
): Promise<string> {
  const again = state === 'interrupted' ? requestAgain(request) : undefined
  if (again === undefined) throw new ImageError('job-not-resumable', { path, id, found: state })
  if (!('parameters' in again)) return startOnly(queue, again, imageId, path, undefined)
  const fresh = await plan(imageId, again)
  const hindrance = stopError(fresh.preflight, path)
  if (hindrance !== undefined) throw hindrance
  if (losesSomething(fresh)) {
    throw new ImageError('plan-consent-missing', { path, found: 'What the plan names' })
  }
  if (!fresh.allowed) throw new ImageError('nothing-left-to-do', { path })
  return startOnly(queue, again, imageId, path, fresh.token)
}

function startOnly(
  queue: TakeUpParts['queue'],
  request: NonNullable<ReturnType<typeof requestAgain>>,
  imageId: number,
  path: string,
  planToken: string | undefined,
): string {
  const [jobId] = queue.start({ request, imageIds: [imageId], planToken }).jobIds
  if (jobId === undefined) throw new ImageError('file-missing', { path })
  return jobId
}

/** Whether doing it takes away more than was there to take when the person agreed: the second time, nobody looked. */
function losesSomething({ detail }: ActionPlan): boolean {
  switch (detail.kind) {
    case 'resize':
      return detail.needsConsent || detail.cut !== undefined || detail.bitmapsLost.length > 0
    case 'repair':
      return detail.steps.some(({ included, losesData }) => included && losesData)
    case 'snapshot':
      return detail.action === 'apply' || detail.bitmapsLost.length > 0
    // The content stays, or it goes where it can be taken back from.
    case 'compact':
    case 'relink':
    case 'file':
    case 'undo':
    case 'create':
      return false
    default:
      return unreachable(detail)
  }
}
