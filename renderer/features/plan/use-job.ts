import type { Job } from '../../../ipc/schemas/job.ts'
import { host } from '../../host.ts'
import { hasEnded } from '../../state/job-reducer.ts'
import { useJobs } from '../../state/jobs.ts'
import { useAnswer } from '../../state/use-answer.ts'

/** A job as it goes on and ends; whole (all findings) once it has ended. Undefined until it was heard of. */
export function useJob(jobId: string): Job | undefined {
  const heard = useJobs((state) => state.jobs.get(jobId))
  // The stream tells of the end; lists carry the first findings of a check only.
  const whole = useAnswer({
    subject: jobId,
    version: heard !== undefined && hasEnded(heard) ? 'ended' : 'started',
    ask: (signal) => host().api['jobs.get']({ jobId }, { signal }),
  })
  const asked = whole.kind === 'ready' ? whole.value : undefined
  if (heard === undefined) return asked
  return asked !== undefined && hasEnded(asked) && hasEnded(heard) ? asked : heard
}
