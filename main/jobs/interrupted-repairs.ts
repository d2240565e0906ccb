import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { WritableDb } from '../history/db.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import { findJob } from '../history/jobs.ts'
import { saveUndo } from '../history/undos.ts'

/** Older ones were looked after at earlier starts. */
const looksBack = 20

const idRow = z.object({ id: z.number() })

/**
 * A repair that was cut off by a crash has written its safety copy before anything else: found again, it takes back
 * what was done. Whether it fits the image as it is now, the plan of the undo says. Answers with the jobs' ids.
 */
export async function findInterruptedRepairs(db: WritableDb): Promise<readonly string[]> {
  const found: string[] = []
  const rows = db.all(
    `SELECT id FROM jobs WHERE kind = 'repair' AND state = 'interrupted' AND started_at IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM undos WHERE undos.job_id = jobs.id)
     ORDER BY id DESC LIMIT $looksBack`,
    { looksBack },
  )
  for (const row of rows) {
    const job = findJob(db, String(idRow.parse(row).id))
    if (job?.startedAt === undefined || repairedCopy(job)) continue
    const { id: jobId, imageId, imagePath, startedAt, endedAt = startedAt } = job
    const safetyCopy = await copySince(imagePath, startedAt)
    if (safetyCopy === undefined) continue
    saveUndo(db, { jobId, imageId, record: { kind: 'repair', safetyCopy }, madeAt: endedAt })
    found.push(jobId)
  }
  return found
}

/** Then the image was only read. */
const repairedCopy = ({ request }: Job): boolean =>
  'parameters' in request && 'copyTo' in request.parameters

/** The copy with the highest number beside the image, when it was made since. */
async function copySince(image: string, since: number): Promise<string | undefined> {
  const prefix = `${path.basename(image)}.repair-undo-`
  const names = await readdir(path.dirname(image)).catch(() => [])
  const numbers = names
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .filter((number) => Number.isInteger(number) && number > 0)
  if (numbers.length === 0) return undefined
  const copy = path.join(path.dirname(image), `${prefix}${Math.max(...numbers)}`)
  const facts = await stat(copy).catch(() => undefined)
  // Some file systems keep whole seconds only.
  return facts !== undefined && facts.mtimeMs >= since - 2000 ? copy : undefined
}
