import path from 'node:path'
import type { CreateAction } from '../../ipc/schemas/action.ts'
import type { WritableDb } from '../history/db.ts'
import { rowForNewFile } from '../history/new-image-row.ts'
import { identityAt } from '../images/real-files.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { CreatePlanner } from './plan-create.ts'

export interface StartCreatingParts {
  readonly db: WritableDb
  readonly queue: Pick<JobQueue, 'startOne'>
  readonly creating: CreatePlanner
}

/** Queues the making of a new image; answers with the job's id. Throws where the window may not put a file. */
export async function startCreating(
  { db, queue, creating }: StartCreatingParts,
  given: CreateAction,
  planToken: string | undefined,
): Promise<string> {
  const request = await creating.admitted(given)
  const { path: file } = request.parameters
  const folder = await identityAt(path.dirname(file))
  return queue.startOne({
    request,
    imageId: rowForNewFile(db, file, Date.now()),
    path: file,
    // Of `device:inode`.
    volume: folder?.split(':')[0] ?? '',
    planToken,
  })
}
