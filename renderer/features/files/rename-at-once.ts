import type { ActionPlan } from '../../../ipc/schemas/plan.ts'
import { host } from '../../host.ts'
import { startPlanned } from '../plan/start-planned.ts'
import { extensionOf, joinPath } from './new-path.ts'
import type { NamedImage } from './why-not-name.ts'

/**
 * Renames without a dialog where there is nothing to look at first. Answers with the job, or with nothing when
 * somebody has to see the plan: it is not allowed, says something to think about, or tells other files.
 */
export async function renameAtOnce(
  { id: imageId, name: old, location }: NamedImage,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (extensionOf(name) !== extensionOf(old)) return undefined
  const request = { kind: 'rename', parameters: { path: joinPath(location, name) } } as const
  let plan: ActionPlan | undefined
  await host().api['plans.action'](
    { imageId, request },
    (told) => {
      if (told.type === 'plan') plan = told.plan
    },
    { signal },
  )
  if (plan === undefined || signal.aborted || !isPlain(plan)) return undefined
  return await startPlanned({ imageId, request, planToken: plan.token })
}

const isPlain = ({ allowed, preflight, detail }: ActionPlan): boolean =>
  allowed &&
  preflight.every(({ tone }) => tone === 'good') &&
  detail.kind === 'file' &&
  detail.relinked.length === 0
