import {
  ImageError,
  type DoneChange,
  type ImageErrorData,
  type LinkPolicy,
  type OperationContext,
  type RepairUndo,
  type UndoChangePlan,
  type UndoPlan,
} from '../../core/index.ts'
import type { Records } from '../../main/headless.ts'
import type { Host } from '../host.ts'

/** Something that was done to an image, and whether it can be undone as the image is now. */
export type Undoable = {
  /** For people to type: `repair-2` as its safety copy, else the number that the history gave it. */
  readonly id: string
  /** When it was done: Unix time in milliseconds; undefined where the file system does not tell. */
  readonly at: number | undefined
  /** Why not; undefined when it can be undone. */
  readonly refusal: ImageErrorData | undefined
} & (
  | {
      readonly kind: 'repair'
      readonly safetyCopy: string
      readonly plan: UndoPlan | undefined
    }
  | {
      readonly kind: 'change'
      readonly change: DoneChange
      readonly plan: UndoChangePlan
    }
)

export interface Undoables {
  /** The newest first. */
  readonly entries: readonly Undoable[]
  /** Why the history could not be asked, so that only repairs are listed. */
  readonly historyTrouble: string | undefined
}

export interface UndoSearch {
  readonly host: Host
  readonly links: LinkPolicy
}

/** Of what an undo recorded of itself: this label, and the id as text. */
export const undoneLabel = 'Undone'

/** Entries of the history that are looked through for changes of one image. */
const pageLength = 200

/** What was done to an image and could be undone, with repairs from beside it and changes from the history. */
export async function findUndoables(
  path: string,
  { host, links }: UndoSearch,
  context: OperationContext,
): Promise<Undoables> {
  const { engine } = host
  const repairs = await engine.listRepairUndos(path, context)
  const entries: Undoable[] = repairs.map(ofRepair)
  let historyTrouble: string | undefined
  let remembered: readonly Remembered[] = []
  try {
    remembered = await changesOf(path)
  } catch (error) {
    historyTrouble = ImageError.from(error).explanation.detail
  }
  for (const { id, at, change } of remembered) {
    const plan = await engine.planUndoChange(path, change, { ...context, links })
    entries.push({ id, at, refusal: plan.refusal, kind: 'change', change, plan })
  }
  entries.sort((one, other) => (other.at ?? 0) - (one.at ?? 0))
  return { entries, historyTrouble }
}

function ofRepair({ safetyCopy, repairedAt, plan, refusal }: RepairUndo): Undoable {
  const number = safetyCopy.slice(safetyCopy.lastIndexOf('-') + 1)
  return { id: `repair-${number}`, at: repairedAt, refusal, kind: 'repair', safetyCopy, plan }
}

interface Remembered {
  readonly id: string
  readonly at: number | undefined
  readonly change: DoneChange
}

/**
 * What the history remembers of the file that has this name now: nothing from before it was made, and nothing
 * that was undone already.
 */
async function changesOf(path: string): Promise<readonly Remembered[]> {
  const { openRecords } = await import('../../main/headless.ts')
  using records: Records = openRecords()
  const kinds = [...madeBy, 'pattern', 'resize', 'amend', 'snapshot', 'undo'] as const
  const { jobs } = records.page({ imagePath: path, kinds, limit: pageLength })
  const undone = new Set<string>()
  const found: Remembered[] = []
  for (const { id, request, state, result, startedAt, queuedAt, fileBefore } of jobs) {
    if (state !== 'succeeded' || result?.kind !== 'change') continue
    for (const fact of result.facts) {
      if ('text' in fact && fact.label === undoneLabel) undone.add(fact.text)
    }
    if (fileBefore === undefined || madeBy.some((kind) => kind === request.kind)) break
    const { undo: change } = result
    if (change !== undefined && !undone.has(id))
      found.push({ id, at: startedAt ?? queuedAt, change })
  }
  return found
}

/** After one of these, what was done before was done to another file of that name. */
const madeBy = ['create', 'encode', 'decode', 'stream-decode', 'rehydrate'] as const
