import { isCommand, runCommand } from '../../commands/registry.ts'
import { useJobs } from '../../state/jobs.ts'
import { showInspector } from '../../state/page.ts'
import { select } from '../../state/selection.ts'
import type { AnyRequest } from '../../../ipc/schemas/job.ts'
import { startJob } from '../jobs/job-actions.ts'
import { planTexts } from './plan-texts.ts'
import type { WaysOut } from './preflight-card.tsx'
import { canWait, queueUntilFree } from './queue-until-free.ts'
import type { PlannedAction } from './use-action-plan.ts'

export interface WaysOutOptions {
  readonly image: { readonly id: number; readonly name: string }
  readonly action: Pick<PlannedAction, 'plan' | 'planAgain'>
  /** What is planned; waits for the image where it can. */
  readonly request?: AnyRequest | undefined
  readonly onClose: () => void
}

const repairCommand = 'image.repair'

/** The ways out that every change of an image has; a dialog adds its own, such as another folder. */
export function useWaysOut({ image, action, request, onClose }: WaysOutOptions): WaysOut {
  const checking = useJobs((state) => state.byImage.get(image.id)?.request.kind === 'check')
  const words = planTexts()
  const check = action.plan?.preflight.find((line) => line.id === 'check')
  const isBroken = check?.health === 'damaged' || check?.health === 'needs-repair'
  const showWhoUsesIt = {
    label: words.children.show,
    run: () => {
      onClose()
      select([image.id])
      showInspector('chain')
    },
  }
  return {
    use: [
      ...(canWait(request)
        ? [
            {
              label: words.use.queue,
              run: () => void queueUntilFree(request, image, onClose),
            },
          ]
        : []),
      { label: words.use.lookAgain, run: action.planAgain },
    ],
    check:
      isBroken && isCommand(repairCommand)
        ? { label: words.check.repairFirst, run: () => runCommand(repairCommand, [image.id]) }
        : {
            // The plan is made again by itself when the check has changed the image's row.
            label: checking ? words.check.checking : words.check.checkFirst,
            run: () => startJob({ kind: 'check', depth: 'metadata' }, image),
            busy: checking,
          },
    children: showWhoUsesIt,
  }
}
