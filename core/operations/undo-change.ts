import { unreachable } from '../base/assert.ts'
import { ImageError } from '../errors/image-error.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import { amendImage } from './amend.ts'
import type { UndoAction, UndoChangePlan } from './done-change.ts'
import type { Host } from './host.ts'
import type { UndoChangeOptions } from './plan-undo-change.ts'
import { resizeImage } from './resize.ts'
import { applySnapshot } from './snapshot-apply.ts'
import { deleteSnapshot, planDeleteSnapshot } from './snapshot-delete.ts'
import { renameSnapshot } from './snapshot-rename.ts'

/**
 * Carries out a plan of `planUndoChange`. Crash-safe and cancelled as the change that does it is: each is
 * one switch. Throws the plan's refusal, `plan-outdated` when the image changed since the plan, and what
 * the change throws.
 */
export async function undoChange(
  host: Host & WritingEnvironment,
  path: string,
  { action, refusal }: UndoChangePlan,
  context: UndoChangeOptions = {},
): Promise<void> {
  if (refusal !== undefined) throw ImageError.fromJSON(refusal)
  if (action === undefined) throw new ImageError('undo-nothing', { path })
  await carryOut(host, path, action, context)
}

async function carryOut(
  host: Host & WritingEnvironment,
  path: string,
  action: UndoAction,
  { links, ...context }: UndoChangeOptions,
): Promise<void> {
  switch (action.kind) {
    case 'resize': {
      // The plan was made because nothing is past that end.
      const consent = action.plan.consentNeeded
      await resizeImage(host, path, action.plan, { ...context, links, consent })
      return
    }
    case 'amend': {
      const { after, stamp } = action.plan
      const options = after.version === 2 ? { version: after.version } : after
      await amendImage(host, path, options, { ...context, stamp })
      return
    }
    case 'delete-snapshot':
      await deleteSnapshot(host, path, { ...context, plan: action.plan })
      return
    case 'rename-snapshot': {
      const { id, name } = action
      await renameSnapshot(host, path, { ...context, snapshot: { id }, name })
      return
    }
    case 'apply-kept': {
      const { plan } = action
      await applySnapshot(host, path, { ...context, plan })
      // No cancel any more: the disk is back, and "nothing was changed" would not be true.
      const snapshot = { id: plan.snapshot.id }
      const forgotten = await planDeleteSnapshot(host, path, { snapshot })
      await deleteSnapshot(host, path, { plan: forgotten })
      return
    }
    default:
      unreachable(action)
  }
}
