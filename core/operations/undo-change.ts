import { unreachable } from '../base/assert.ts'
import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import { amendImage } from './amend.ts'
import type { UndoAction, UndoChangePlan } from './done-change.ts'
import type { Host } from './host.ts'
import type { SnapshotInfo } from './image-info.ts'
import type { UndoChangeOptions } from './plan-undo-change.ts'
import { relinkImage } from './relink.ts'
import { resizeImage } from './resize.ts'
import { restoreCut } from './restore-cut.ts'
import { applySnapshot } from './snapshot-apply.ts'
import { deleteSnapshot, planDeleteSnapshot } from './snapshot-delete.ts'
import { restoreSnapshot } from './snapshot-restore.ts'
import { renameSnapshot } from './snapshot-rename.ts'

/**
 * Carries out a plan of `planUndoChange`. Crash-safe and cancelled as the change that does it is: each is
 * one switch. Throws the plan's refusal, `plan-outdated` when the image changed since the plan, and what
 * the change throws.
 */
export async function undoChange(
  host: Host & ExchangingEnvironment,
  path: string,
  { action, refusal }: UndoChangePlan,
  context: UndoChangeOptions = {},
): Promise<void> {
  if (refusal !== undefined) throw ImageError.fromJSON(refusal)
  if (action === undefined) throw new ImageError('undo-nothing', { path })
  await carryOut(host, path, action, context)
}

async function carryOut(
  host: Host & ExchangingEnvironment,
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
    case 'restore-cut': {
      await restoreCut(host, path, action.plan, { ...context, links })
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
    case 'restore-snapshot': {
      const { kept, stamp } = action.plan
      await restoreSnapshot(host, path, kept.path, { ...context, stamp })
      return
    }
    case 'relink':
      await relinkImage(host, path, action.plan, context)
      return
    case 'apply-kept': {
      const { plan } = action
      await applySnapshot(host, path, { ...context, plan })
      await forget(host, path, plan.snapshot)
      return
    }
    default:
      unreachable(action)
  }
}

/** Once the disk is back: no cancel is heard any more, and what fails does not mean that nothing changed. */
async function forget(
  host: Host & ExchangingEnvironment,
  path: string,
  { id, name }: SnapshotInfo,
): Promise<void> {
  try {
    const plan = await planDeleteSnapshot(host, path, { snapshot: { id } })
    await deleteSnapshot(host, path, { plan })
  } catch (thrown) {
    throw new ImageError('undo-snapshot-left', { path, id: name }, { cause: thrown })
  }
}
