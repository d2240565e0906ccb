import type { JobState } from '../../ipc/schemas/job.ts'

/**
 * From each state, where a job may go. Every state that is not an end has a way out, and `interrupted`
 * is where a start puts what the last run left behind.
 */
const transitions: Readonly<Record<JobState, readonly JobState[]>> = {
  // Paused before it began: resuming lets it wait again.
  queued: ['running', 'paused', 'cancelled', 'interrupted'],
  // Back to waiting: somebody else has its image open.
  running: [
    'queued',
    'pausing',
    'cancelling',
    'succeeded',
    'failed',
    'cancelled',
    'skipped',
    'interrupted',
  ],
  // The work may come to its end before it notices a pause or a cancel.
  pausing: [
    'paused',
    'running',
    'cancelling',
    'succeeded',
    'failed',
    'cancelled',
    'skipped',
    'interrupted',
  ],
  paused: ['running', 'queued', 'cancelling', 'cancelled', 'failed', 'interrupted'],
  cancelling: ['cancelled', 'succeeded', 'failed', 'skipped', 'interrupted'],
  succeeded: [],
  failed: [],
  cancelled: [],
  interrupted: [],
  skipped: [],
}

export const isEnded = (state: JobState): boolean => transitions[state].length === 0

/** The new state; a step that the table does not allow is a defect and throws. */
export function step(from: JobState, to: JobState): JobState {
  if (!transitions[from].includes(to)) throw new TypeError(`a ${from} job cannot become ${to}`)
  return to
}
