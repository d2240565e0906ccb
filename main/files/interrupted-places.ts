import path from 'node:path'
import { formatPlural, ImageError } from '../../core/index.ts'
import type { ChangeFact } from '../../ipc/schemas/change.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { WritableDb } from '../history/db.ts'
import { findJob, updateJob } from '../history/jobs.ts'
import {
  deletePendingUndo,
  findUndo,
  pendingUndos,
  saveUndo,
  type StoredUndo,
  type UndoRecordOf,
} from '../history/undos.ts'
import type { EngineHost } from '../jobs/engine-host.ts'
import type { Logger } from '../log/logger.ts'
import { undoneWork } from '../undo/undo-parts.ts'
import type { PlacedImages } from './file-parts.ts'
import type { Retelling, SettledPlace } from './place-tasks.ts'
import { forgetTrashName } from './trash-places.ts'

export interface InterruptedPlacesParts {
  readonly db: WritableDb
  readonly host: EngineHost
  readonly images: PlacedImages
  readonly log: Logger
}

type PendingPlace = StoredUndo & { readonly record: UndoRecordOf<'place'> | UndoRecordOf<'trash'> }

/** What became of one job, as its record says it from now on. */
interface Followed {
  /** What the image is called from now on, where the job is done; absent: it was taken back. */
  readonly place?: string
  /** One sentence without a full stop. */
  readonly summary: string
  readonly facts?: readonly ChangeFact[]
}

/**
 * Renames, moves and ways to the Trash that a kill cut off are brought to an end, forwards where the file has its new
 * name, else backwards, and the history says which. What cannot be seen to now, because the file is in use or its volume
 * is not there, is looked at again at the next start. Answers with the jobs whose records changed.
 */
export async function followUpPlaces(parts: InterruptedPlacesParts): Promise<readonly string[]> {
  const changed: string[] = []
  for (const pending of pendingUndos(parts.db).filter(isPlace)) {
    const { jobId } = pending
    const job = findJob(parts.db, jobId)
    if (job?.endedAt === undefined) continue
    try {
      if (await followUp(parts, pending, job)) changed.push(jobId)
    } catch (error) {
      const { code, message } = ImageError.from(error)
      parts.log.warn('a move that was cut off could not be seen to', {
        job: jobId,
        code,
        reason: message,
      })
    }
  }
  return changed
}

const isPlace = (undo: StoredUndo): undo is PendingPlace =>
  undo.record.kind === 'place' || undo.record.kind === 'trash'

/** False: nothing can be said yet. */
async function followUp(
  parts: InterruptedPlacesParts,
  pending: PendingPlace,
  job: Job,
): Promise<boolean> {
  const { db, host, log } = parts
  const { record } = pending
  const { from, to, identity, length = 0 } = record
  const own = record.kind === 'place' ? record.own : undefined
  const settled = await host.run('settlePlace', {
    from,
    to,
    identity,
    length,
    overlays:
      record.kind === 'place' ? record.overlays.flatMap((told) => retellingOf(told) ?? []) : [],
    own: own && retellingOf({ path: from, change: own }),
  })
  const followed = await followedBy(parts, pending, settled, job)
  if (followed === undefined) return false
  const { end } = settled
  db.transaction(() => {
    if (end.kind === 'finished') keepFinished(db, pending, job, end.identity)
    else deletePendingUndo(db, job.id)
    store(db, job, followed)
  })
  log.info('a move that was cut off was seen to', { job: job.id, end: end.kind })
  return true
}

/** The history keeps changes from `before` to `after`; telling is the way back from `before`. */
const retellingOf = ({
  path: file,
  change,
}: UndoRecordOf<'place'>['overlays'][number]): Retelling | undefined =>
  change.kind === 'relink'
    ? { path: file, change: { kind: 'relink', before: change.after, after: change.before } }
    : undefined

async function followedBy(
  { db, images }: InterruptedPlacesParts,
  { record, imageId }: PendingPlace,
  { end, notTold }: SettledPlace,
  job: Job,
): Promise<Followed | undefined> {
  const { from, to } = record
  switch (end.kind) {
    case 'nowhere':
      return undefined
    case 'two-files':
      return {
        summary: `It was cut off; ${path.basename(from)} is where it was, and another file is at ${to}`,
      }
    case 'taken-back':
      if (record.kind === 'trash') await forgetTrashName(record)
      return {
        summary: 'It was cut off; the file is where it was',
      }
    case 'finished':
      break
  }
  const original = undoneJobOf(db, job)
  if (record.kind === 'trash') {
    images.removeImages([imageId])
  } else {
    const trashed = original && findUndo(db, original.id)?.record
    if (trashed?.kind === 'trash') await forgetTrashName(trashed)
    const single = trashed?.kind === 'trash' ? trashed.single : images.isSingle(imageId)
    await images.place(imageId, to, single)
  }
  return {
    place: record.kind === 'trash' ? from : to,
    summary: `${wordsOf(job, record)}; it had been cut off, and Platter finished it`,
    facts: [
      { label: 'Was', text: from },
      { label: 'Is', text: to },
      ...(original === undefined ? [] : undoneWork(original, `the file is at ${to}`).facts),
      ...(notTold.length === 0
        ? []
        : [
            {
              label: 'Overlays that name the old place',
              text: `${formatPlural(notTold.length, 'overlay')}: ${notTold
                .map(({ context }) => path.basename(context.path ?? ''))
                .join(', ')}`,
            },
          ]),
    ],
  }
}

function wordsOf({ request }: Job, { kind, from, to }: PendingPlace['record']): string {
  if (kind === 'trash') return 'It is in the Trash'
  return request.kind === 'rename'
    ? `Renamed from ${path.basename(from)}`
    : `Moved to ${path.dirname(to)}`
}

/** The job that this one took back, when it is an undo. */
function undoneJobOf(db: WritableDb, { request }: Job): Job | undefined {
  if (request.kind !== 'undo') return undefined
  const { id } = request.parameters
  return typeof id === 'string' ? findJob(db, id) : undefined
}

function keepFinished(
  db: WritableDb,
  { jobId, imageId, record }: PendingPlace,
  { request, endedAt = 0 }: Job,
  identity: string,
): void {
  // What was an undo is not taken back itself; the job it took back says so.
  if (request.kind === 'undo') return deletePendingUndo(db, jobId)
  const { length: _length, ...kept } = record
  saveUndo(db, { jobId, imageId, record: { ...kept, identity }, madeAt: endedAt })
}

function store(db: WritableDb, job: Job, { place, summary, facts = [] }: Followed): void {
  if (place === undefined) return updateJob(db, { ...job, summary }, 'cancelled')
  const { error: _cutOff, ...done } = job
  const result = { kind: 'change' as const, facts: [...facts] }
  updateJob(db, { ...done, state: 'succeeded', imagePath: place, summary, result }, 'ok')
}
