import type { ActionWork } from '../jobs/perform.ts'
import type { CreatePlanner } from './plan-create.ts'
import type { Planning } from './planning.ts'

/** What jobs that change something are carried out by. */
export const actionWork = (planning: Planning, creating: CreatePlanner): ActionWork => ({
  carryOut: ({ request, ...task }, host, options) => {
    if (request.kind !== 'create') return planning.carryOut({ ...task, request }, host, options)
    const token = task.agreed?.kind === 'plan' ? task.agreed.token : undefined
    return creating.carryOut(request, token, host, options)
  },
})
