import { isChange } from '../../ipc/schemas/change.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { JobChange } from './job-records.ts'

const atWork: ReadonlySet<Job['state']> = new Set<Job['state']>([
  'running',
  'pausing',
  'cancelling',
])

/** Which jobs change an image at this moment: the machine should not fall asleep over them. */
export class WritingJobs {
  readonly #ids = new Set<string>()

  get any(): boolean {
    return this.#ids.size > 0
  }

  follow(change: JobChange): void {
    if (change.type !== 'job') return
    const { id, state, request } = change.job
    if (isChange(request) && atWork.has(state)) this.#ids.add(id)
    else this.#ids.delete(id)
  }
}
