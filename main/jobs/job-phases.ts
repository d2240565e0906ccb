import { operationPhases, type PhaseWeights } from '../../core/index.ts'
import type { AnyRequest } from '../../ipc/schemas/job.ts'

/** The phases of a kind of work, by which its share of the whole is told; none: it has one. */
export function phasesOf({ kind }: Pick<AnyRequest, 'kind'>): PhaseWeights {
  switch (kind) {
    case 'check':
    case 'resize':
    case 'compact':
    case 'repair':
    case 'snapshot':
      return operationPhases[kind]
    default:
      return []
  }
}
