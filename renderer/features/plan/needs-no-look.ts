import type { ActionPlan } from '../../../ipc/schemas/plan.ts'

/** Nothing stands against it, and what is noted is no more than that the last check is not of today's file. */
export const needsNoLook = ({
  allowed,
  preflight,
}: Pick<ActionPlan, 'allowed' | 'preflight'>): boolean =>
  allowed &&
  preflight.every(
    (line) => line.tone === 'good' || (line.id === 'check' && line.health === 'healthy'),
  )
