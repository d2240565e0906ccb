import { operationPhases, type PhaseWeights } from '../../core/index.ts'
import type { AnyRequest } from '../../ipc/schemas/job.ts'

const { check, resize, compact, repair, snapshot } = operationPhases
const weighted = { check, resize, compact, repair, snapshot }

const copyingRepair: PhaseWeights = [
  ['data', 45],
  ['proof', 40],
  ['tables', 10],
  ['refcounts', 5],
]

/** The phases of a kind of work, by which its share of the whole is told; none: it has one. */
export function phasesOf(request: AnyRequest): PhaseWeights {
  const { kind } = request
  if (request.kind === 'repair' && request.parameters.copyTo !== undefined) return copyingRepair
  return kind in weighted ? weighted[kind as keyof typeof weighted] : []
}
