import type { Job } from '../../../ipc/schemas/job.ts'
import { texts } from '../../texts/texts.ts'

/** Of a job that waits for somebody to let go of its image: for whom. Undefined for any other. */
export function waitingWords({
  state,
  waitsFor,
}: Pick<Job, 'state' | 'waitsFor'>): string | undefined {
  if (state !== 'queued' || waitsFor === undefined) return undefined
  const words = texts().jobs.waitsFor
  return waitsFor.holder === undefined ? words.program : words.holder(waitsFor.holder)
}
