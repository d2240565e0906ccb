import {
  ImageError,
  type DoneChange,
  type Engine,
  type OperationContext,
} from '../../core/index.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Host } from '../host.ts'
import { changeImages } from '../images/change-images.ts'
import { findUndoables, type Undoable } from '../images/undoables.ts'
import {
  canUndo,
  describeUndo,
  returnWords,
  tellOfUndo,
  whatWords,
  type UndoAnswer,
} from '../output/describe-undo.ts'
import { errorJson, exitCodeOf } from '../output/print-error.ts'
import { recordChange } from '../output/record-change.ts'
import type { UndoJson } from '../schemas/undo-json.ts'
import type { undoing } from '../table/changing-verbs.ts'
import type { OptionValues } from '../table/option.ts'
import type { RunVerb } from '../table/verb.ts'
import { UsageError } from '../usage-error.ts'

type UndoWords = OptionValues<typeof undoing>

/** `platter undo`: lists what was done and can be taken back, and takes it back. */
export const undo: RunVerb<UndoWords> = async ({ operands, options: words, host }) => {
  const [file = '', id] = operands
  if (words.copy !== undefined && id !== undefined) {
    throw new UsageError('--copy names what is to be undone; it goes with no id.')
  }
  const work = (path: string, context: OperationContext) =>
    undoOne(path, { host, words, id }, context)
  const record = words.apply
    ? recordChange({ host, options: words }, { kind: 'undo', parameters: { id }, tell: tellOfUndo })
    : undefined
  return changeImages(
    [file],
    { host, options: words },
    { work, record, json: undoJson, text: describeUndo, codeOf },
  )
}

interface UndoRun {
  readonly host: Host
  readonly words: UndoWords
  readonly id: string | undefined
}

async function undoOne(path: string, run: UndoRun, context: OperationContext): Promise<UndoAnswer> {
  const { host, words, id } = run
  if (words.copy !== undefined)
    return undone(path, await fromCopy(path, run, context), run, context)
  const found = await findUndoables(path, { host, links: words.links }, context)
  if (id === undefined && !words.apply && !words.dryRun) return { kind: 'list', ...found }
  return undone(path, chosen(path, found.entries, id), run, context)
}

/** What the file keeps says what was done, also where no history remembers it. */
async function fromCopy(
  path: string,
  { host: { engine }, words: { copy = '', links } }: UndoRun,
  context: OperationContext,
): Promise<Undoable> {
  const known = { id: 'copy', jobId: undefined, at: undefined } as const
  const change = await changeThatKept(engine, copy)
  if (change === undefined) {
    const plan = await engine.planUndoRepair(path, copy, context)
    return { ...known, refusal: undefined, kind: 'repair', safetyCopy: copy, plan }
  }
  const plan = await engine.planUndoChange(path, change, { ...context, links })
  return { ...known, refusal: plan.refusal, kind: 'change', change, plan }
}

/** undefined for the safety copy of a repair, and for what is none of ours. */
async function changeThatKept(engine: Engine, file: string): Promise<DoneChange | undefined> {
  const kept = await engine.recognizeKept(file)
  if (kept === 'cut') {
    const { path, ...disk } = await engine.readKeptCut(file)
    return { kind: 'shrink', ...disk, kept: path }
  }
  if (kept !== 'snapshot') return undefined
  const { path, snapshot } = await engine.readKeptSnapshot(file)
  const { id, name, createdAt } = snapshot
  return { kind: 'snapshot-delete', snapshot: { id, name, createdAt }, kept: path }
}

/** What has the id; without one, the newest that can be undone. Throws `undo-nothing` or why not. */
function chosen(path: string, entries: readonly Undoable[], id: string | undefined): Undoable {
  if (id !== undefined) {
    const entry = entries.find((each) => each.id === id || each.jobId === id)
    if (entry === undefined) throw new ImageError('undo-nothing', { path, id })
    return entry
  }
  const entry = entries.find((each) => canUndo(each))
  if (entry !== undefined) return entry
  const refusal = entries.find((each) => each.refusal !== undefined)?.refusal
  throw refusal === undefined
    ? new ImageError('undo-nothing', { path })
    : ImageError.fromJSON(refusal)
}

async function undone(
  path: string,
  entry: Undoable,
  { host: { engine }, words }: UndoRun,
  context: OperationContext,
): Promise<UndoAnswer> {
  if (!words.apply || words.dryRun) return { kind: 'one', entry, isDone: false }
  if (entry.refusal !== undefined) throw ImageError.fromJSON(entry.refusal)
  if (entry.kind === 'repair') await engine.undoRepair(path, entry.safetyCopy, context)
  else await engine.undoChange(path, entry.plan, { ...context, links: words.links })
  return { kind: 'one', entry, isDone: true }
}

/** What was looked at answers as undoing it would; a list is an answer in itself. */
function codeOf(answer: UndoAnswer): ExitCode {
  if (answer.kind === 'list' || answer.entry.refusal === undefined) return exitCodes.fine
  return exitCodeOf(ImageError.fromJSON(answer.entry.refusal))
}

function undoJson(filename: string, answer: UndoAnswer): UndoJson {
  const ours = { version: 1, filename } as const
  if (answer.kind === 'one') {
    return { ...ours, action: 'undo', undoable: entryJson(answer.entry), done: answer.isDone }
  }
  const { entries, historyTrouble } = answer
  return { ...ours, action: 'list', undoables: entries.map(entryJson), historyTrouble }
}

const entryJson = (entry: Undoable): Extract<UndoJson, { action: 'undo' }>['undoable'] => ({
  id: entry.id,
  kind: entry.kind === 'repair' ? 'repair' : entry.change.kind,
  at: entry.at,
  what: whatWords(entry),
  returns: returnWords(entry),
  possible: canUndo(entry),
  refusal: entry.refusal && errorJson(entry.refusal),
  safetyCopy: entry.kind === 'repair' ? entry.safetyCopy : undefined,
})
