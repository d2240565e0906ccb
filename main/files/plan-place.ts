import { lstat, realpath } from 'node:fs/promises'
import path from 'node:path'
import { formatBytes, ImageError, type ImageErrorData } from '../../core/index.ts'
import type { ActionOf } from '../../ipc/schemas/action.ts'
import { saveUndo, type UndoRecordOf } from '../history/undos.ts'
import { readFileFacts } from '../jobs/measured.ts'
import { admitNew } from '../plans/admit-new.ts'
import { fileBasis } from '../plans/basis.ts'
import { dataFileRefusal } from '../plans/data-file-refusal.ts'
import type { DoneWork, Draft, WorkContext } from '../plans/draft.ts'
import { whyNoFileIn } from '../plans/preflight/surroundings.ts'
import type { PlanContext, Subject } from '../plans/subject.ts'
import { leavesDataFile, ownRetelling, retellingOf } from './backing-names.ts'
import { whyNotNamed } from './file-name.ts'
import type { FileParts } from './file-parts.ts'
import { isSameVolume, volumeOf } from './mount-points.ts'
import { placeLines } from './place-lines.ts'
import type { NamedBacking, Relocated, Retelling } from './place-tasks.ts'

/** Another place, and who has to be told of it. */
export interface Placement {
  /** Absolute path that nothing has. */
  readonly to: string
  readonly overlays: readonly Retelling[]
  readonly own: { readonly when: 'before' | 'after'; readonly retelling: Retelling } | undefined
  /** Bytes that are copied, because the new place is on another volume. */
  readonly copiedBytes: number | undefined
  readonly refusals: readonly ImageErrorData[]
}

/** Another name in the same folder, or another folder. */
export const placePlanner =
  (parts: FileParts) =>
  async (
    subject: Subject,
    request: ActionOf<'rename' | 'move'>,
    context: PlanContext,
  ): Promise<Draft> => {
    const { kind } = request
    const to = await newPlace(parts, subject.image.path, request)
    const placement = await placementOf(parts, subject, to, context)
    return {
      ...(await placeDraft(subject, placement)),
      detail: fileDetail(kind, subject.image.path, placement),
      carryOut: async (work) => {
        const { done, record } = await placeFile(parts, subject, placement, work)
        const { row } = subject
        const summary =
          kind === 'rename'
            ? `Renamed from ${path.basename(row.path)}`
            : `Moved to ${path.dirname(to)}`
        return {
          ...done,
          summary,
          facts: [{ label: 'Was', text: row.path }, ...done.facts],
          keep: (_subjects, { id, endedAt }) =>
            saveUndo(parts.db, {
              jobId: String(id),
              imageId: subject.imageId,
              record,
              madeAt: endedAt,
            }),
        }
      },
    }
  }

/** Throws `invalid-argument` for a new name in another folder, and what `admitNew` throws. */
async function newPlace(
  { admit }: FileParts,
  from: string,
  { kind, parameters }: ActionOf<'rename' | 'move'>,
): Promise<string> {
  if ('folder' in parameters) {
    return admitNew(admit, path.join(parameters.folder, path.basename(from)))
  }
  const wanted = parameters.path
  if (kind === 'move') return admitNew(admit, wanted)
  if (path.dirname(wanted) === path.dirname(from)) return wanted
  throw new ImageError('invalid-argument', {
    path: from,
    field: 'The new name',
    expected: `a name in ${path.dirname(from)}`,
    found: wanted,
  })
}

export const fileDetail = (
  action: 'rename' | 'move' | 'trash' | 'remove',
  from: string,
  placement?: Pick<Placement, 'to' | 'copiedBytes' | 'overlays'>,
): Draft['detail'] => ({
  kind: 'file',
  action,
  from,
  ...(placement === undefined ? {} : { to: placement.to }),
  ...(placement?.copiedBytes === undefined ? {} : { copiedBytes: placement.copiedBytes }),
  relinked: placement?.overlays.map(({ path: overlay }) => overlay) ?? [],
})

/** What giving the file that place comes to; only looks. */
export async function placementOf(
  { admit }: Pick<FileParts, 'admit'>,
  subject: Subject,
  to: string,
  { host, signal }: Pick<PlanContext, 'host' | 'signal'>,
): Promise<Placement> {
  const { image, row, file } = subject
  const from = image.path
  const refusals = await placeRefusals(from, to)
  const needed = dataFileRefusal(subject)
  if (needed !== undefined) refusals.push(needed)
  const children = subject.children.filter(({ missingSince }) => missingSince === undefined)
  const isMoved = path.dirname(to) !== path.dirname(from)
  const readsOwn = isMoved && row.format === 'qcow2'
  const paths = [...children.map((child) => child.path), ...(readsOwn ? [from] : [])]
  const names = paths.length === 0 ? [] : await host.run('backingNames', { paths }, { signal })
  const overlays: Retelling[] = []
  for (const child of children) {
    const named = names.find((each) => each.path === child.path)
    const refusal =
      named && ((await whyNotAdmitted(admit, child, from)) ?? whyNotTold(child, named))
    if (refusal !== undefined) refusals.push(refusal.toJSON())
    const retelling = named && (await retellingFor(named, { from, to }))
    if (retelling !== undefined) overlays.push(retelling)
  }
  const self = names.find((each) => each.path === from)
  if (self !== undefined && leavesDataFile(self, to)) {
    const facts = { path: from, ...(self.dataFile === undefined ? {} : { link: self.dataFile }) }
    refusals.push(new ImageError('move-from-data-file', facts).toJSON())
  }
  const retelling =
    self === undefined || row.backing?.state === 'not-a-path' ? undefined : ownRetelling(self, to)
  return {
    to,
    overlays,
    own: retelling && { when: 'before', retelling },
    copiedBytes: (await isElsewhere(from, to)) ? Math.min(file.length, file.onDisk) : undefined,
    refusals,
  }
}

async function placeRefusals(from: string, to: string): Promise<ImageErrorData[]> {
  if (to === from) return [new ImageError('same-place', { path: from }).toJSON()]
  const refusals: (ImageErrorData | undefined)[] = [whyNotNamed(to)?.toJSON()]
  const own = await lstat(from, { bigint: true })
  if (own.isSymbolicLink()) {
    const link = await realpath(from)
    refusals.push(new ImageError('move-of-link', { path: from, link }).toJSON())
  }
  const there = await lstat(to, { bigint: true }).catch(() => undefined)
  // Where capitals do not count, the file has the new name already.
  const isItself =
    there?.ino === own.ino && there.dev === own.dev && to.toLowerCase() === from.toLowerCase()
  if (there !== undefined && !isItself) {
    refusals.push(new ImageError('name-taken', { path: to }).toJSON())
  }
  refusals.push(await whyNoFileIn(path.dirname(to), to))
  if (path.dirname(to) !== path.dirname(from)) {
    const stays = await whyNoFileIn(path.dirname(from), from)
    const { errno = 'EACCES' } = stays?.context ?? {}
    if (stays !== undefined) {
      refusals.push(new ImageError('move-not-removed', { path: from, errno }).toJSON())
    }
  }
  return refusals.filter((refusal) => refusal !== undefined)
}

/** The library knows files that this window may not look at, and much less write to. */
async function whyNotAdmitted(
  admit: FileParts['admit'],
  { path: overlay }: Subject['row'],
  link: string,
): Promise<ImageError | undefined> {
  try {
    await admit(overlay)
    return undefined
  } catch (thrown) {
    const cause = ImageError.from(thrown)
    const found = 'it lies outside of the folders that this window may use'
    return new ImageError('overlay-not-told', { path: overlay, link, found }, { cause })
  }
}

/** An overlay whose header cannot be changed would be left without its backing file. */
function whyNotTold(
  { path: overlay, use, readOnly, name }: Subject['row'],
  { error, backing }: NamedBacking,
): ImageError | undefined {
  const facts = { path: overlay, link: backing?.name ?? 'the image' }
  if (use.state === 'writing' || use.state === 'reading') {
    const [holder] = use.holders
    const who = holder?.vm ?? holder?.name ?? 'a running program'
    return new ImageError('overlay-not-told', { ...facts, found: `${name} is in use by ${who}` })
  }
  if (readOnly) {
    return new ImageError('overlay-not-told', { ...facts, found: `${name} may not be written to` })
  }
  return error === undefined
    ? undefined
    : new ImageError('overlay-not-told', { ...facts, found: error.explanation.detail })
}

/** Only a name that leads to the image now has to be another one. */
async function retellingFor(
  named: NamedBacking,
  place: { readonly from: string; readonly to: string },
): Promise<Retelling | undefined> {
  if (named.backing === undefined) return undefined
  const meant = path.resolve(path.dirname(named.path), named.backing.name)
  const leadsTo = await realpath(meant).catch(() => meant)
  const isMeant = leadsTo === place.from || leadsTo === (await realpath(place.from))
  return isMeant ? retellingOf(named, place.to) : undefined
}

async function isElsewhere(from: string, to: string): Promise<boolean> {
  return !isSameVolume(await volumeOf(from), await volumeOf(path.dirname(to)))
}

/** All of a draft but what it is called. */
export async function placeDraft(
  subject: Subject,
  { to, overlays, own, copiedBytes, refusals }: Placement,
): Promise<Omit<Draft, 'detail' | 'carryOut'>> {
  const space =
    copiedBytes === undefined ? undefined : { folder: path.dirname(to), bytes: copiedBytes }
  return {
    refusals,
    consent: undefined,
    hasEffect: true,
    card: {
      lines: await placeLines(subject, {
        refusals,
        space,
        overlays: 'other-place',
        undo: { undo: 'while-unchanged' },
      }),
    },
    basis: {
      file: fileBasis(subject.file),
      to,
      told: [...overlays, ...(own === undefined ? [] : [own.retelling])],
      isCopied: copiedBytes !== undefined,
    },
  }
}

/** Gives the file its place, and the library's row with it. */
export async function placeFile(
  { db, images }: Pick<FileParts, 'db' | 'images'>,
  { image, imageId, children }: Pick<Subject, 'image' | 'imageId' | 'children'>,
  { to, overlays, own }: Placement,
  { host, jobId, ...work }: WorkContext,
): Promise<{ readonly done: DoneWork; readonly record: UndoRecordOf<'place'> }> {
  const before = await readFileFacts(image.path)
  const place = {
    kind: 'place' as const,
    from: image.path,
    to,
    ...(own?.when === 'before' ? { own: toldBack(own.retelling) } : {}),
    overlays: overlays.map((told) => ({ path: told.path, change: toldBack(told) })),
  }
  // Should the process end half way, the next start knows what to look for.
  const { identity, length } = before
  const pending = { ...place, identity, length }
  saveUndo(db, { jobId, imageId, record: pending, madeAt: Date.now(), state: 'pending' })
  const result = await host.run('relocate', { ...image, to, overlays, own }, work)
  await images.place(imageId, to, images.isSingle(imageId))
  await images.refresh(children.map(({ id }) => id))
  return {
    done: {
      summary: `Moved to ${path.dirname(to)}`,
      facts: factsOf(result, overlays.length),
      path: to,
      before,
      after: await readFileFacts(to),
    },
    record: { ...place, identity: result.identity },
  }
}

/** The change that was made by telling, as the history keeps changes: from `before` to `after`. */
const toldBack = ({ change: { before, after } }: Retelling) => ({
  kind: 'relink' as const,
  before: after,
  after: before,
})

function factsOf({ copied, ownNotTold }: Relocated, told: number): DoneWork['facts'] {
  return [
    ...(told === 0 ? [] : [{ label: 'Overlays that were told', count: told }]),
    ...(copied === undefined
      ? []
      : [
          { label: 'Copied', bytes: copied.bytes },
          copied.proof === 'sha256'
            ? { label: 'SHA-256 of the file, before and after', text: copied.digest }
            : { label: 'Proof', text: `All ${formatBytes(copied.bytes)} of data are equal` },
        ]),
    ...(copied?.rightsLost === undefined
      ? []
      : [{ label: 'Not possible at the new place', text: copied.rightsLost }]),
    ...(ownNotTold === undefined
      ? []
      : [
          { label: 'Names its backing file by the whole path', text: ownNotTold.explanation.title },
        ]),
  ]
}
