import {
  ImageError,
  tellOfSnapshot,
  unreachable,
  type DeleteSnapshotPlan,
  type DoneChange,
  type FreedSpace,
  type ImageErrorData,
  type KeptContent,
  type ListedSnapshot,
  type SnapshotChoice,
  type SnapshotInfo,
  type SnapshotMark,
  type SnapshotOutcome,
} from '../../core/index.ts'
import type { ActionOf } from '../../ipc/schemas/action.ts'
import type { PlanOf } from '../../ipc/schemas/plan.ts'
import type { Measured } from '../jobs/engine-host.ts'
import type { Keeper } from '../undo/keeper.ts'
import type { CardFacts, DoneWork, Draft } from './draft.ts'
import { whyNotKept } from './preflight/why-not-kept.ts'
import type { Planner } from './planners.ts'
import type { PlanContext, Subject } from './subject.ts'

type Parameters = ActionOf<'snapshot'>['parameters']
type ParametersOf<Action> = Extract<Parameters, { action: Action }>

export interface SnapshotParts {
  readonly keeper: Keeper
}

/** Snapshots inside the image: take one, go back to one, delete one, give one another name. */
export const snapshotPlanner =
  ({ keeper }: SnapshotParts): Planner<'snapshot'> =>
  async (subject, { parameters }, context) => {
    const { result: listed } = await context.host.run(
      'listSnapshots',
      { ...subject.image, usage: false },
      context,
    )
    const planning = { subject, listed, context }
    switch (parameters.action) {
      case 'create':
        return planTaking(planning, parameters)
      case 'apply':
        return planGoingBack(planning, parameters)
      case 'delete':
        return planDeleting(planning, parameters, keeper)
      case 'rename':
        return planRenaming(planning, parameters)
      default:
        return unreachable(parameters)
    }
  }

interface Planning {
  readonly subject: Subject
  readonly listed: readonly ListedSnapshot[]
  readonly context: PlanContext
}

async function planTaking(
  { subject, listed, context }: Planning,
  { name }: ParametersOf<'create'>,
): Promise<Draft> {
  const { image, row } = subject
  const { result: stamp } = await context.host.run('readStamp', image, context)
  const size = row.virtualSize ?? 0
  return {
    ...plainDraft,
    detail: detailOf('create', { before: size, after: size }),
    refusals: nameTaken(listed, name, image.path),
    card: cardOf(listed, { undo: { undo: 'while-unchanged' } }),
    basis: { stamp },
    carryOut: async ({ host, ...work }) => {
      const done = await host.run('createSnapshot', { ...image, name, stamp }, work)
      return doneWork(done, { kind: 'create', change: done.result })
    },
  }
}

async function planGoingBack(
  { subject: { image }, listed, context }: Planning,
  { name, id, take }: ParametersOf<'apply'>,
): Promise<Draft> {
  const snapshot = choiceOf(listed, { name, isId: id === true })
  const task = { ...image, snapshot }
  const { result: plan } = await context.host.run('planApplySnapshot', task, context)
  const letsGo = bytesOf(plan.lost)
  return {
    ...plainDraft,
    detail: {
      ...detailOf('apply', {
        before: plan.before.virtualSize,
        after: plan.after.virtualSize,
        letsGo,
      }),
      bitmapsLost: [...plan.bitmapsLost],
    },
    refusals: take === undefined ? [] : nameTaken(listed, take, image.path),
    // Where the tables cannot tell what goes, something may.
    loses:
      take === undefined && plan.lost?.dataBytes !== 0
        ? 'What only the present state of the disk has'
        : undefined,
    card: cardOf(listed, {
      overlays: 'broken',
      tellsMachines: true,
      undo:
        take === undefined
          ? { undo: 'no', because: { kind: 'present-state-goes' } }
          : { undo: 'while-unchanged' },
    }),
    basis: { stamp: plan.stamp, snapshot: plan.snapshot.id },
    carryOut: async ({ host, ...work }) => {
      const done = await host.run('applySnapshot', { ...image, plan, keepPresentAs: take }, work)
      return doneWork(done, { kind: 'apply', plan, keepAs: take, change: done.result })
    },
  }
}

async function planDeleting(
  { subject: { image, imageId }, listed, context }: Planning,
  { name, id, keep = false }: ParametersOf<'delete'>,
  keeper: Keeper,
): Promise<Draft> {
  const snapshot = choiceOf(listed, { name, isId: id === true })
  const task = { ...image, snapshot }
  const { result: plan } = await context.host.run('planDeleteSnapshot', task, context)
  const size = plan.snapshot.diskSize
  const keeping = keep ? keepingOf(plan, keeper) : undefined
  return {
    ...plainDraft,
    detail: detailOf('delete', { before: size, after: size, letsGo: bytesOf(plan.freed) }),
    loses: keeping === undefined ? 'What only the snapshot has' : undefined,
    card: cardOf(listed, { lost: 1, undo: undoOf(plan, keeping, keeper) }),
    basis: { stamp: plan.stamp, snapshot: plan.snapshot.id, keeps: keeping?.content ?? 'nothing' },
    carryOut: async ({ host, jobId, ...work }) => {
      const changeFor = (kept: string): DoneChange => ({
        kind: 'snapshot-delete',
        snapshot: markOf(plan.snapshot),
        kept,
      })
      const file =
        keeping &&
        (await keeper.placeFor({ id: jobId, imageId }, keeping.bytes, (path) => ({
          kind: 'change',
          change: changeFor(path),
        })))
      const kept =
        file === undefined || keeping === undefined
          ? undefined
          : { path: file, content: keeping.content }
      const done = await host.run('deleteSnapshot', { ...image, plan, keep: kept }, work)
      return {
        ...doneWork(done, { kind: 'delete', plan, change: done.result }),
        ...(file === undefined ? {} : { undo: changeFor(file) }),
      }
    },
  }
}

interface Keeping {
  readonly content: KeptContent
  readonly bytes: number
}

/** A copy of the whole snapshot outlives later writes of a guest; that is worth so much more than its own part. */
const worthOfWhole = 4
const smallWhole = 2 ** 30

/** How the undo store keeps it; undefined when it cannot, or has no room. */
function keepingOf({ keeping }: DeleteSnapshotPlan, keeper: Keeper): Keeping | undefined {
  if (keeping === undefined) return undefined
  const { own, whole } = keeping
  if (whole <= Math.max(smallWhole, worthOfWhole * own) && keeper.fits(whole)) {
    return { content: 'whole', bytes: whole }
  }
  return keeper.fits(own) ? { content: 'own', bytes: own } : undefined
}

function undoOf(
  { keeping: possible }: DeleteSnapshotPlan,
  keeping: Keeping | undefined,
  keeper: Keeper,
): CardFacts['undo'] {
  if (possible === undefined) return { undo: 'no', because: { kind: 'cannot-be-kept' } }
  if (keeping === undefined) return { undo: 'no', because: whyNotKept(possible.own, keeper) }
  const { content, bytes: keptBytes } = keeping
  return { undo: content === 'whole' ? 'while-kept' : 'while-unchanged', keptBytes }
}

async function planRenaming(
  { subject, listed, context }: Planning,
  { name, id, newName }: ParametersOf<'rename'>,
): Promise<Draft> {
  const { image, row } = subject
  const { result: stamp } = await context.host.run('readStamp', image, context)
  const snapshot = choiceOf(listed, { name, isId: id === true })
  const chosen = chosenOf(listed, snapshot, image.path)
  const size = row.virtualSize ?? chosen.diskSize
  return {
    ...plainDraft,
    detail: detailOf('rename', { before: size, after: size }),
    refusals: chosen.name === newName ? [] : nameTaken(listed, newName, image.path),
    hasEffect: chosen.name !== newName,
    card: {
      ...cardOf(listed, { undo: { undo: 'while-unchanged' } }),
      // A name stands in the table of snapshots alone.
      check: { kind: 'does-not-matter' },
    },
    basis: { stamp, snapshot: chosen.id },
    carryOut: async ({ host, ...work }) => {
      const task = { ...image, snapshot: { id: chosen.id }, name: newName, stamp }
      const done = await host.run('renameSnapshot', task, work)
      return doneWork(done, { kind: 'rename', change: done.result, oldName: chosen.name })
    },
  }
}

const plainDraft = { refusals: [], consent: undefined, hasEffect: true } as const

const cardOf = (
  listed: readonly ListedSnapshot[],
  { lost = 0, ...facts }: Pick<CardFacts, 'undo'> & Partial<CardFacts> & { lost?: number },
): CardFacts => ({
  makesFiles: false,
  check: { kind: 'must-be-sound' },
  snapshots: { count: listed.length, lost },
  overlays: 'none',
  tellsMachines: false,
  ...facts,
})

const detailOf = (
  action: PlanOf<'snapshot'>['action'],
  sizes: { readonly before: number; readonly after: number; readonly letsGo?: number | undefined },
): PlanOf<'snapshot'> => ({
  kind: 'snapshot',
  action,
  ...(sizes.letsGo === undefined ? {} : { letsGoBytes: sizes.letsGo }),
  sizeBefore: sizes.before,
  sizeAfter: sizes.after,
  bitmapsLost: [],
})

const doneWork = <Result>(
  { before, after }: Measured<Result>,
  outcome: SnapshotOutcome,
): DoneWork => ({ ...tellOfSnapshot(outcome), before, after })

const markOf = ({ id, name, createdAt }: SnapshotInfo): SnapshotMark => ({ id, name, createdAt })

const bytesOf = (space: FreedSpace | undefined): number | undefined =>
  space && space.dataBytes + space.tableBytes

const nameTaken = (
  listed: readonly ListedSnapshot[],
  name: string,
  path: string,
): readonly ImageErrorData[] =>
  listed.some((each) => each.name === name)
    ? [new ImageError('snapshot-exists', { path, id: name }).toJSON()]
    : []

/** As QEMU and the command line: a name first, and an id where no snapshot has that name. */
function choiceOf(
  listed: readonly ListedSnapshot[],
  { name, isId }: { readonly name: string; readonly isId: boolean },
): SnapshotChoice {
  const isName = listed.some((each) => each.name === name)
  return isId || (!isName && listed.some((each) => each.id === name)) ? { id: name } : { name }
}

/** Throws `snapshot-missing` and `snapshot-ambiguous`. */
function chosenOf(
  listed: readonly ListedSnapshot[],
  choice: SnapshotChoice,
  path: string,
): ListedSnapshot {
  const isId = 'id' in choice
  const wanted = isId ? choice.id : choice.name
  const found = listed.filter((each) => (isId ? each.id : each.name) === wanted)
  const facts = { path, field: isId ? 'id' : 'name', id: wanted }
  const [first] = found
  if (first === undefined) throw new ImageError('snapshot-missing', facts)
  if (found.length > 1)
    throw new ImageError('snapshot-ambiguous', { ...facts, found: found.length })
  return first
}
