import { undoLabels } from '../../core/index.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { GoneBack } from '../images/snapshot-parents.ts'
import type { ReadableDb } from './db.ts'
import { historyPage } from './jobs.ts'

/** Entries that are looked through for one image. */
const pageLength = 500

/** When the disk of an image went back to which of these snapshots, as far as the history knows; oldest first. */
export function goneBackOf(
  db: ReadableDb,
  imageId: number,
  snapshots: readonly { readonly id: string; readonly name: string }[],
): readonly GoneBack[] {
  const { jobs } = historyPage(db, { imageId, kinds: ['snapshot', 'undo'], limit: pageLength })
  const done = jobs.filter(({ state }) => state === 'succeeded')
  const undone = new Set(done.flatMap((job) => undoneBy(job) ?? []))
  return done
    .filter(({ id }) => !undone.has(id))
    .flatMap((job) => goneBackBy(job, snapshots) ?? [])
    .toReversed()
}

function undoneBy({ result }: Job): string | undefined {
  if (result?.kind !== 'change') return undefined
  const fact = result.facts.find(({ label }) => label === undoLabels.undone)
  return fact !== undefined && 'text' in fact ? fact.text : undefined
}

function goneBackBy(
  { request, result, endedAt }: Job,
  snapshots: readonly { readonly id: string; readonly name: string }[],
): GoneBack | undefined {
  if (!('parameters' in request) || endedAt === undefined) return undefined
  const { action, name, id: isId } = request.parameters
  if (request.kind !== 'snapshot' || action !== 'apply') return undefined
  const undo = result?.kind === 'change' ? result.undo : undefined
  const found =
    undo?.kind === 'snapshot-apply'
      ? snapshots.find(({ id }) => id === undo.applied.id)
      : snapshots.find((each) => (isId === true ? each.id : each.name) === name)
  return { at: endedAt, snapshotId: found?.id }
}
