import {
  ImageError,
  tellOfSnapshot,
  unreachable,
  type FreedSpace,
  type ImageErrorData,
  type ListedSnapshot,
  type SnapshotChoice,
  type SnapshotOutcome,
} from '../../core/index.ts'
import type { ActionOf } from '../../ipc/schemas/action.ts'
import type { PlanOf } from '../../ipc/schemas/plan.ts'
import type { Measured } from '../jobs/engine-host.ts'
import { fileBasis } from './basis.ts'
import type { CardFacts, DoneWork, Draft } from './draft.ts'
import type { Planner } from './planners.ts'
import type { PlanContext, Subject } from './subject.ts'

type Parameters = ActionOf<'snapshot'>['parameters']
type ParametersOf<Action> = Extract<Parameters, { action: Action }>

/** Snapshots inside the image: take one, go back to one, delete one, give one another name. */
export const planSnapshot: Planner<'snapshot'> = async (subject, { parameters }, context) => {
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
      return planDeleting(planning, parameters)
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

function planTaking({ subject, listed }: Planning, { name }: ParametersOf<'create'>): Draft {
  const { image, row, file } = subject
  const size = row.virtualSize ?? 0
  return {
    ...plainDraft,
    detail: detailOf('create', { before: size, after: size }),
    refusals: nameTaken(listed, name, image.path),
    card: cardOf(listed, { undo: { undo: 'while-unchanged' } }),
    basis: fileBasis(file),
    carryOut: async ({ host, ...work }) => {
      const done = await host.run('createSnapshot', { ...image, name }, work)
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
    card: cardOf(listed, {
      content: 'differs',
      tellsMachines: true,
      undo: { undo: take === undefined ? 'no' : 'while-unchanged' },
    }),
    basis: { stamp: plan.stamp, snapshot: plan.snapshot.id },
    carryOut: async ({ host, ...work }) => {
      const done = await host.run('applySnapshot', { ...image, plan, keepPresentAs: take }, work)
      return doneWork(done, { kind: 'apply', plan, keepAs: take, change: done.result })
    },
  }
}

async function planDeleting(
  { subject: { image }, listed, context }: Planning,
  { name, id }: ParametersOf<'delete'>,
): Promise<Draft> {
  const snapshot = choiceOf(listed, { name, isId: id === true })
  const task = { ...image, snapshot }
  const { result: plan } = await context.host.run('planDeleteSnapshot', task, context)
  const size = plan.snapshot.diskSize
  return {
    ...plainDraft,
    detail: detailOf('delete', { before: size, after: size, letsGo: bytesOf(plan.freed) }),
    card: cardOf(listed, { lost: 1, undo: { undo: 'no' } }),
    basis: { stamp: plan.stamp, snapshot: plan.snapshot.id },
    carryOut: async ({ host, ...work }) => {
      const done = await host.run('deleteSnapshot', { ...image, plan }, work)
      return doneWork(done, { kind: 'delete', plan, change: done.result })
    },
  }
}

function planRenaming(
  { subject, listed }: Planning,
  { name, id, newName }: ParametersOf<'rename'>,
): Draft {
  const { image, row, file } = subject
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
    basis: { file: fileBasis(file), snapshot: chosen.id },
    carryOut: async ({ host, ...work }) => {
      const task = { ...image, snapshot: { id: chosen.id }, name: newName }
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
  content: 'same',
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
