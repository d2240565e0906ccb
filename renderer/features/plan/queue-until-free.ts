import type { AnyRequest } from '../../../ipc/schemas/job.ts'
import type { ImageAction } from '../../../ipc/schemas/action.ts'
import { host } from '../../host.ts'
import { reportError } from '../../state/report-error.ts'
import { changeSettings } from '../../state/settings.ts'
import { toast } from '../../state/toasts.ts'
import { unreachable } from '../../unreachable.ts'
import { planTexts } from './plan-texts.ts'

/**
 * Whether it can wait for its image: it is planned anew when its turn comes, and nobody is asked then, so nothing that
 * gives something up, or that a person has to look at, may be among it.
 */
export function canWait(request: AnyRequest | undefined): request is ImageAction {
  if (request === undefined) return false
  switch (request.kind) {
    case 'compact':
    case 'relink':
    case 'rename':
    case 'move':
      return true
    case 'repair':
      return (request.parameters.allow ?? []).length === 0
    case 'resize':
      return request.parameters.ignoreDataLoss !== true
    case 'snapshot':
      return request.parameters.action === 'create' || request.parameters.action === 'rename'
    case 'check':
    case 'hash':
    case 'map':
    case 'create':
    case 'trash':
    case 'remove':
    case 'undo':
      return false
    default:
      return unreachable(request)
  }
}

/** The job waits in the queue until nobody else has the image open. */
export async function queueUntilFree(
  request: ImageAction,
  image: { readonly id: number; readonly name: string },
  onQueued: () => void,
): Promise<void> {
  try {
    await host().api['jobs.start']({ request, imageIds: [image.id], whenFree: true })
    onQueued()
    changeSettings({ drawerOpen: true })
    const words = planTexts().use
    toast({ title: words.queued(image.name), detail: words.queuedDetail, tone: 'info' })
  } catch (thrown) {
    reportError(thrown)
  }
}
