import type { CheckResult } from '../../../ipc/schemas/check.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { host } from '../../host.ts'
import { useAnswer } from '../../state/use-answer.ts'

/**
 * A job's check with all its findings. Lists carry the first ones only; the rest is fetched here, and
 * until it has come (or when it cannot) the short list with its count stands.
 */
export function useFullCheck(job: Job | undefined): CheckResult | undefined {
  const brief = job?.result?.kind === 'check' ? job.result.check : undefined
  const shortened = job !== undefined && brief !== undefined && brief.findingsOmitted > 0
  const answer = useAnswer({
    subject: shortened ? job.id : 'none',
    version: 0,
    ask: async (signal) =>
      shortened ? await host().api['jobs.get']({ jobId: job.id }, { signal }) : undefined,
  })
  const full = answer.kind === 'ready' ? answer.value?.result : undefined
  return full?.kind === 'check' ? full.check : brief
}
