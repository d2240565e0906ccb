import type { Contract } from '../../ipc/contract.ts'
import type { Client } from '../../ipc/procedure.ts'
import type { RecordedRequest } from '../../ipc/schemas/job.ts'
import { recordedRequestOf } from '../../ipc/schemas/recorded-request.ts'

type Asked = Parameters<Client<Contract>['jobs.start']>[0]['request']

/** What is asked for, with what was left out of it. */
export function recordedOf(request: Asked): RecordedRequest {
  if (request.kind === 'check') return { kind: 'check', depth: request.depth ?? 'metadata' }
  if (request.kind !== 'hash') return recordedRequestOf(request)
  const { algorithm = 'sha256', target = 'content' } = request
  return { kind: 'hash', algorithm, target }
}
