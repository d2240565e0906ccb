import type { CreateAction, ImageAction } from '../../../ipc/schemas/action.ts'
import { host } from '../../host.ts'

export interface PlannedStart {
  readonly imageId: number
  readonly request: ImageAction
  readonly planToken: string
}

/** Starts what a plan was shown for; answers with the job. Rejects when the services refuse it. */
export async function startPlanned({ imageId, request, planToken }: PlannedStart): Promise<string> {
  const { jobIds } = await host().api['jobs.start']({ request, imageIds: [imageId], planToken })
  const [jobId] = jobIds
  if (jobId === undefined) throw new Error('the image was skipped, though a plan for it was made')
  return jobId
}

/** As `startPlanned`, for an image that is not there yet. */
export async function startCreating(request: CreateAction, planToken: string): Promise<string> {
  const { jobId } = await host().api['jobs.create']({ request, planToken })
  return jobId
}
