import type { AnyRequest, RecordedRequest } from './job.ts'

/** A request as the history keeps it: changes have a list of parameters, and what was not given is absent. */
export function recordedRequestOf(request: AnyRequest): RecordedRequest {
  if (!('parameters' in request)) return request
  const { kind, parameters } = request
  return {
    kind,
    parameters: Object.fromEntries(
      Object.entries(parameters).filter(([, value]) => value !== undefined),
    ),
  }
}
