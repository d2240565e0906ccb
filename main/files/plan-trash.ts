import path from 'node:path'
import { ImageError } from '../../core/index.ts'
import { saveUndo } from '../history/undos.ts'
import type { FileFacts } from '../jobs/engine-host.ts'
import { readFileFacts } from '../jobs/measured.ts'
import { fileBasis } from '../plans/basis.ts'
import { dataFileRefusal } from '../plans/data-file-refusal.ts'
import type { DoneWork, WorkContext } from '../plans/draft.ts'
import type { Planner } from '../plans/planners.ts'
import type { Subject } from '../plans/subject.ts'
import type { FileParts, Trash } from './file-parts.ts'
import { placeLines } from './place-lines.ts'
import { fileDetail } from './plan-place.ts'
import {
  forgetTrashName,
  takeTrashName,
  trashFolderFor,
  trashNameIn,
  type TrashFolder,
} from './trash-places.ts'

/** Into the Trash, from where it can come back; never one that other images are made of. */
export const trashPlanner =
  (parts: FileParts): Planner<'trash'> =>
  async (subject) => {
    const { image, row, file } = subject
    const { folder, refusal } = await lookForTrash(parts.trash, image.path)
    const refusals = [
      refusal?.toJSON(),
      overlaysRefusal(subject)?.toJSON(),
      dataFileRefusal(subject),
    ].filter((each) => each !== undefined)
    const to = folder && trashNameIn(folder.path, row.name).file
    return {
      detail: fileDetail(
        'trash',
        image.path,
        to === undefined ? undefined : { to, copiedBytes: undefined, overlays: [] },
      ),
      refusals,
      consent: undefined,
      hasEffect: true,
      card: {
        lines: await placeLines(subject, {
          refusals,
          overlays: 'needed',
          undo:
            folder === undefined
              ? { undo: 'no', because: { kind: 'system-trash' } }
              : { undo: 'while-unchanged' },
        }),
      },
      basis: { file: fileBasis(file), folder: folder?.path },
      carryOut: (work) =>
        folder === undefined
          ? sendAway(parts, subject)
          : putIntoTrash(parts, subject, folder, work),
    }
  }

interface FoundTrash {
  /** undefined: the system's own, which tells nobody where it puts things. */
  readonly folder?: TrashFolder
  readonly refusal?: ImageError
}

async function lookForTrash(trash: Trash, file: string): Promise<FoundTrash> {
  if (trash.kind === 'system') return {}
  if (trash.kind === 'none')
    return { refusal: new ImageError('trash-not-possible', { path: file }) }
  try {
    return { folder: await trashFolderFor(file, trash.owner) }
  } catch (error) {
    return { refusal: ImageError.from(error, { path: file }) }
  }
}

function overlaysRefusal({ image, children }: Subject): ImageError | undefined {
  const [first] = children
  if (first === undefined) return undefined
  const found = children.length === 1 ? '1 overlay' : `${children.length} overlays`
  return new ImageError('overlays-need-it', { path: image.path, found, link: first.name })
}

async function putIntoTrash(
  { db, images }: FileParts,
  { image, imageId }: Subject,
  folder: TrashFolder,
  { host, jobId, ...work }: WorkContext,
): Promise<DoneWork> {
  const before = await readFileFacts(image.path)
  const taken = await takeTrashName(folder, image.path, new Date())
  const { file: to, info } = taken
  const single = images.isSingle(imageId)
  const place = { kind: 'trash' as const, from: image.path, to, info, single }
  const { identity: number, length } = before
  const pending = { ...place, identity: number, length }
  saveUndo(db, { jobId, imageId, record: pending, madeAt: Date.now(), state: 'pending' })
  const task = { ...image, to, overlays: [], own: undefined }
  const { identity } = await host.run('relocate', task, work).catch(async (error: unknown) => {
    await forgetTrashName(taken)
    throw error
  })
  images.removeImages([imageId])
  return {
    ...trashed(image.path),
    facts: [
      { label: 'Was', text: image.path },
      { label: 'In the Trash', text: to },
    ],
    before,
    keep: (_subjects, { id, endedAt }) =>
      saveUndo(db, {
        jobId: String(id),
        imageId,
        record: { ...place, identity },
        madeAt: endedAt,
      }),
  }
}

async function sendAway(
  { trash, images }: FileParts,
  { image, imageId }: Subject,
): Promise<DoneWork> {
  if (trash.kind !== 'system') throw new ImageError('trash-not-possible', { path: image.path })
  const before = await readFileFacts(image.path)
  mustBe(image, before)
  await trash.send(image.path)
  // The system says nothing of what it did: what is still there did not go.
  const after = await readFileFacts(image.path).catch(() => undefined)
  if (after?.identity === before.identity) {
    throw new ImageError('trash-not-done', { path: image.path })
  }
  images.removeImages([imageId])
  return { ...trashed(image.path), facts: [{ label: 'Was', text: image.path }], before }
}

/** The system is told a name, and would take whatever has it. */
function mustBe({ path: file, identity }: Subject['image'], now: FileFacts): void {
  if (now.identity === identity) return
  throw new ImageError('file-changed', {
    path: file,
    found: `file ${now.identity}`,
    expected: `file ${identity}`,
  })
}

const trashed = (file: string) => ({
  summary: `${path.basename(file)} is in the Trash`,
  path: file,
})
