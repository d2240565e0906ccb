import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { ImageError, type ImageErrorData } from '../../core/index.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { PreflightLine } from '../../ipc/schemas/preflight.ts'
import { placeDraft, placeFile, placementOf, type Placement } from '../files/plan-place.ts'
import type { Retelling } from '../files/place-tasks.ts'
import { forgetTrashName } from '../files/trash-places.ts'
import { saveUndo, type UndoRecordOf } from '../history/undos.ts'
import { readFileFacts } from '../jobs/measured.ts'
import type { Draft } from '../plans/draft.ts'
import { refusalLines } from '../plans/preflight/outcome-lines.ts'
import { whyNoFileIn } from '../plans/preflight/surroundings.ts'
import type { PlanContext, Subject } from '../plans/subject.ts'
import { undoDraft, undoneWork, type UndoParts } from './undo-parts.ts'

/** Back to the name or the folder it had, and whoever was told of the new one is told again. */
export async function draftPlace(
  parts: UndoParts,
  subject: Subject,
  { job, record }: { readonly job: Job; readonly record: UndoRecordOf<'place'> },
  context: PlanContext,
): Promise<Draft> {
  const { from, to } = record
  await parts.admit(path.dirname(from))
  const returns = `the file returns to ${from}`
  if (subject.image.path !== to) {
    const facts = {
      path: subject.image.path,
      expected: to,
      found: `it is at ${subject.image.path}`,
    }
    const refusals = [new ImageError('undo-not-there', facts).toJSON()]
    return {
      ...undoDraft({ job, returns, refusals }),
      card: { lines: refusalLines(refusals) },
      basis: { at: subject.image.path },
      carryOut: nothingToDo(refusals),
    }
  }
  const planned = await placementOf(parts, subject, from, context)
  const placement: Placement = {
    ...planned,
    overlays: planned.overlays.map((overlay) => asItWas(overlay, record)),
    own: ownAsItWas(record),
    refusals: planned.refusals.map(inWordsOfUndoing),
  }
  const draft = await placeDraft(subject, placement)
  return {
    ...draft,
    ...undoDraft({
      job,
      returns,
      refusals: placement.refusals,
      bytesWritten: placement.copiedBytes ?? 0,
    }),
    carryOut: async (work) => {
      const { done } = await placeFile(parts, subject, placement, work)
      const undone = undoneWork(job, returns)
      return { ...done, ...undone, facts: [...undone.facts, ...done.facts] }
    },
  }
}

/** The very name that the overlay had, when the one it was given is still there. */
function asItWas(retelling: Retelling, { overlays }: UndoRecordOf<'place'>): Retelling {
  const told = overlays.find(({ path: overlay }) => overlay === retelling.path)?.change
  if (told?.kind !== 'relink' || told.after.name !== retelling.change.after.name) return retelling
  return { ...retelling, change: { ...retelling.change, before: told.before } }
}

function ownAsItWas({ own, from }: UndoRecordOf<'place'>): Placement['own'] {
  if (own?.kind !== 'relink') return undefined
  return { when: 'after', retelling: { path: from, change: own } }
}

/** Out of the Trash, and into the library again. */
export async function draftTrash(
  { db, images, admit }: UndoParts,
  imageId: number,
  { job, record }: { readonly job: Job; readonly record: UndoRecordOf<'trash'> },
): Promise<Draft> {
  const { from, to, info, single, identity } = record
  await admit(path.dirname(from))
  const returns = `the file returns from the Trash to ${from}`
  const refusals = await trashRefusals(record)
  return {
    ...undoDraft({ job, returns, refusals }),
    card: { lines: refusalLines(refusals) },
    basis: { identity, isThere: refusals.length === 0 },
    carryOut: async ({ host, jobId, ...work }) => {
      const there = await identityOf(to)
      const file = { path: to, identity: there ?? identity, links: 'deny' } as const
      const before = await readFileFacts(to)
      const back = { from: to, to: from, identity: before.identity, length: before.length }
      saveUndo(db, {
        jobId,
        imageId,
        record: { kind: 'place', ...back, overlays: [] },
        madeAt: Date.now(),
        state: 'pending',
      })
      await host.run('relocate', { ...file, to: from, overlays: [], own: undefined }, work)
      await forgetTrashName({ info })
      await images.place(imageId, from, single)
      return { ...undoneWork(job, returns), path: from, before, after: await readFileFacts(from) }
    },
  }
}

async function trashRefusals({
  from,
  to,
  identity,
}: UndoRecordOf<'trash'>): Promise<ImageErrorData[]> {
  if (!isSameNumber(await identityOf(to), identity)) {
    return [new ImageError('trash-emptied', { path: from, link: to }).toJSON()]
  }
  if ((await identityOf(from)) !== undefined) {
    return [new ImageError('undo-place-taken', { path: from }).toJSON()]
  }
  const folder = await whyNoFileIn(path.dirname(from), from)
  return folder === undefined ? [] : [folder]
}

/** Into the library again; the file never left its place. */
export async function draftRemove(
  { images, admit }: UndoParts,
  imageId: number,
  { job, record }: { readonly job: Job; readonly record: UndoRecordOf<'remove'> },
): Promise<Draft> {
  const { path: file, single, identity } = record
  await admit(path.dirname(file))
  const returns = `${path.basename(file)} returns to the library`
  const there = (await readFileFacts(file).catch(() => undefined))?.identity
  const isThere = there !== undefined
  const isAnother = isThere && identity !== undefined && !isSameNumber(there, identity)
  const refusals = !isThere
    ? [new ImageError('file-missing', { path: file }).toJSON()]
    : isAnother
      ? [new ImageError('undo-place-taken', { path: file }).toJSON()]
      : []
  const lines: readonly PreflightLine[] = refusalLines(refusals)
  return {
    ...undoDraft({ job, returns, refusals }),
    card: { lines },
    basis: { file, there },
    carryOut: async () => {
      await images.place(imageId, file, single)
      const facts = await readFileFacts(file)
      return { ...undoneWork(job, returns), path: file, before: facts, after: facts }
    },
  }
}

const identityOf = async (file: string): Promise<string | undefined> => {
  const stats = await lstat(file, { bigint: true }).catch(() => undefined)
  return stats && `${stats.dev}:${stats.ino}`
}

/**
 * Whether the file at a name that nothing else got has still the number it had. The number of its volume may be another
 * one each time that it is mounted.
 */
const isSameNumber = (now: string | undefined, then: string): boolean =>
  now !== undefined && now.split(':')[1] === then.split(':')[1]

/** What is wrong with the new place of a move is wrong with the old one of its undo. */
function inWordsOfUndoing(error: ImageErrorData): ImageErrorData {
  return error.reason === 'name-taken'
    ? new ImageError('undo-place-taken', error.context).toJSON()
    : error
}

/** The card stops it before; should it not, this says why. */
const nothingToDo =
  ([first]: readonly ImageErrorData[]): Draft['carryOut'] =>
  async () => {
    throw first === undefined ? new ImageError('undo-nothing') : ImageError.fromJSON(first)
  }
