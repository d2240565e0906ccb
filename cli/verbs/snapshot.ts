import {
  operationPhases,
  tellOfSnapshot,
  unreachable,
  type Engine,
  type OperationContext,
  type SnapshotInfo,
} from '../../core/index.ts'
import type { Host } from '../host.ts'
import { changeImages } from '../images/change-images.ts'
import { describeSnapshots, type SnapshotAnswer } from '../output/describe-snapshots.ts'
import { recordChange } from '../output/record-change.ts'
import { snapshotAction, type SnapshotAction } from '../parse/snapshot-words.ts'
import type { SnapshotJson } from '../schemas/snapshot-json.ts'
import type { snapshotting } from '../table/changing-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'

type SnapshotWords = OptionValues<typeof snapshotting>

/** `platter snapshot`: lists, creates, applies, deletes, renames and puts back snapshots inside an image. */
export const snapshot: RunVerb<SnapshotWords> = async ({ operands, options: words, host }) => {
  const [file = '', ...rest] = operands
  const action = snapshotAction(rest, words)
  const work = (path: string, context: OperationContext) =>
    answerTo(path, { host, words, action }, context)
  const record =
    action.kind === 'list'
      ? undefined
      : recordChange<SnapshotAnswer>(
          { host, options: words },
          {
            kind: 'snapshot',
            parameters: { action: action.kind, name: action.name, ...newNameOf(action) },
            tell: (answer) =>
              answer.kind === 'list'
                ? { summary: 'Snapshots listed', facts: [] }
                : tellOfSnapshot(answer),
          },
        )
  return changeImages(
    [file],
    { host, options: words },
    { work, record, phases: operationPhases.snapshot, json: snapshotJson, text: describeSnapshots },
  )
}

const newNameOf = (action: SnapshotAction) =>
  action.kind === 'rename' ? { newName: action.newName } : {}

interface SnapshotRun {
  readonly host: Host
  readonly words: SnapshotWords
  readonly action: SnapshotAction
}

async function answerTo(
  path: string,
  { host: { engine }, words, action }: SnapshotRun,
  context: OperationContext,
): Promise<SnapshotAnswer> {
  const options = { ...context, format: words.format }
  switch (action.kind) {
    case 'list':
      return { kind: 'list', snapshots: await engine.listSnapshots(path, options) }
    case 'create': {
      const { name } = action
      return { kind: 'create', change: await engine.createSnapshot(path, { ...options, name }) }
    }
    case 'apply':
    case 'delete':
    case 'rename': {
      const listed = await engine.listSnapshots(path, { ...options, usage: false })
      const choice = choiceOf(listed, { name: action.name, isId: words.id })
      const chosen = { ...options, snapshot: choice }
      if (action.kind !== 'rename') {
        return action.kind === 'apply'
          ? applyTo(path, { engine, words }, chosen)
          : deleteFrom(path, { engine, words }, chosen)
      }
      const change = await engine.renameSnapshot(path, { ...chosen, name: action.newName })
      const old = listed.find(({ id }) => id === change.snapshot.id)
      return { kind: 'rename', change, oldName: old?.name ?? action.name }
    }
    case 'restore': {
      const { name: kept } = action
      const plan = await engine.planRestoreSnapshot(path, kept, options)
      if (words.dryRun) return { kind: 'restore', plan, change: undefined }
      const change = await engine.restoreSnapshot(path, kept, { ...options, stamp: plan.stamp })
      return { kind: 'restore', plan, change }
    }
    default:
      return unreachable(action)
  }
}

type Chosen = Parameters<Engine['planApplySnapshot']>[1]

interface ChosenRun {
  readonly engine: Engine
  readonly words: SnapshotWords
}

async function applyTo(
  path: string,
  { engine, words }: ChosenRun,
  options: Chosen,
): Promise<SnapshotAnswer> {
  const keepAs = words.take
  const plan = await engine.planApplySnapshot(path, options)
  if (words.dryRun) return { kind: 'apply', plan, keepAs, change: undefined }
  const change = await engine.applySnapshot(path, { ...options, plan, keepPresentAs: keepAs })
  return { kind: 'apply', plan, keepAs, change }
}

async function deleteFrom(
  path: string,
  { engine, words }: ChosenRun,
  options: Chosen,
): Promise<SnapshotAnswer> {
  const plan = await engine.planDeleteSnapshot(path, options)
  if (words.dryRun) return { kind: 'delete', plan, change: undefined }
  const content = words.whole ? 'whole' : 'own'
  const keep = words.keep === undefined ? undefined : ({ path: words.keep, content } as const)
  const change = await engine.deleteSnapshot(path, { ...options, plan, keep })
  return { kind: 'delete', plan, change }
}

/** As QEMU: a name first, and an id where no snapshot has that name. */
function choiceOf(
  listed: readonly SnapshotInfo[],
  { name, isId }: { readonly name: string; readonly isId: boolean },
): { readonly id: string } | { readonly name: string } {
  const isName = listed.some((each) => each.name === name)
  return isId || (!isName && listed.some((each) => each.id === name)) ? { id: name } : { name }
}

function snapshotJson(filename: string, answer: SnapshotAnswer): SnapshotJson {
  const ours = { version: 1, filename } as const
  switch (answer.kind) {
    case 'list':
      return { ...ours, action: 'list', snapshots: answer.snapshots }
    case 'create': {
      const { snapshot: taken, virtualSize } = answer.change
      return { ...ours, action: 'create', snapshot: taken, virtualSize }
    }
    case 'rename': {
      const { change, oldName } = answer
      return { ...ours, action: 'rename', snapshot: change.snapshot, oldName }
    }
    case 'apply': {
      const { path: _path, stamp: _stamp, ...plan } = answer.plan
      const json = { ...ours, action: 'apply', plan } as const
      if (answer.change === undefined) return json
      const { virtualSize, lost, kept } = answer.change
      return { ...json, result: { virtualSize, lost, kept } }
    }
    case 'delete': {
      const { path: _path, stamp: _stamp, ...plan } = answer.plan
      const json = { ...ours, action: 'delete', plan } as const
      if (answer.change === undefined) return json
      const { virtualSize, freed, kept } = answer.change
      const file = kept && { path: kept.path, content: kept.content, bytes: kept.bytes }
      return { ...json, result: { virtualSize, freed, kept: file } }
    }
    case 'restore': {
      const { path: _path, stamp: _stamp, ...plan } = answer.plan
      const json = { ...ours, action: 'restore', plan } as const
      if (answer.change === undefined) return json
      const { virtualSize, snapshot: put } = answer.change
      return { ...json, result: { virtualSize, snapshot: put } }
    }
    default:
      return unreachable(answer)
  }
}
