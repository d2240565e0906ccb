import { operationPhases, type PhaseWeights } from '../../core/index.ts'
import type { AnyRequest } from '../../ipc/schemas/job.ts'

const { check, resize, compact, repair, snapshot } = operationPhases
const weighted = { check, resize, compact, repair, snapshot }

/** The phases of a kind of work, by which its share of the whole is told; none: it has one. */
export function phasesOf({ kind }: Pick<AnyRequest, 'kind'>): PhaseWeights {
  return kind in weighted ? weighted[kind as keyof typeof weighted] : []
}
