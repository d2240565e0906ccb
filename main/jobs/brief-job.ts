import type { Job } from '../../ipc/schemas/job.ts'

/** Findings a list needs for its one-line answer; a damaged image can have a thousand of them. */
const findingLimit = 20

/** A job for lists and streams: the first findings, the others counted as omitted. */
export function briefJob(job: Job): Job {
  if (job.result?.kind !== 'check') return job
  const { check } = job.result
  if (check.findings.length <= findingLimit) return job
  const rest = check.findings.length - findingLimit
  return {
    ...job,
    result: {
      kind: 'check',
      check: {
        ...check,
        findings: check.findings.slice(0, findingLimit),
        findingsOmitted: check.findingsOmitted + rest,
      },
    },
  }
}
