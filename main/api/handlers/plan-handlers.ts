import type { Contract } from '../../../ipc/contract.ts'
import type { Handlers } from '../../../ipc/procedure.ts'
import type { PlanBatchOf } from '../../jobs/plan-batch.ts'
import type { CreatePlanner } from '../../plans/plan-create.ts'
import type { Planning } from '../../plans/planning.ts'

type Names = Extract<keyof Contract, `plans.${string}`>

export interface PlanHandlerParts {
  readonly planning: Planning
  readonly creating: CreatePlanner
  readonly planBatch: PlanBatchOf
}

export function planHandlers({
  planning,
  creating,
  planBatch,
}: PlanHandlerParts): Pick<Handlers<Contract>, Names> {
  return {
    'plans.action': async ({ imageId, request }, emit, { signal }) => {
      // What cannot be sent ends the stream; until then nothing waits for it.
      let sent: Promise<void> = Promise.resolve()
      const send = (event: Parameters<typeof emit>[0]): void => {
        sent = sent.then(() => emit(event))
        sent.catch(() => undefined)
      }
      await planning.show(imageId, request, {
        signal,
        onProgress: (progress) => send({ type: 'progress', progress }),
        onPlan: (plan) => send({ type: 'plan', plan }),
      })
      await sent
    },
    'plans.create': ({ request }) => creating.show(request),
    'plans.batch': async ({ request, imageIds }) => {
      const { included, skipped, volumes, ...rest } = await planBatch(request, imageIds)
      return { ...rest, included: [...included], skipped: [...skipped], volumes: [...volumes] }
    },
  }
}
