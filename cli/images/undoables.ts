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
import type { Host } from '../host.ts'
import { rememberedChanges, type RememberedChange } from './remembered-changes.ts'

/** Something that was done to an image, and whether it can be undone as the image is now. */
export type Undoable = {
  /** For people to type: `repair-2` as its safety copy, else the number that the history gave it. */
  readonly id: string
  /** The number that the history gave it, by which windows know it; undefined for what it does not know. */
  readonly jobId: string | undefined
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

/** What was done to an image and could be undone, with repairs from beside it and changes from the history. */
export async function findUndoables(
  path: string,
  { host, links }: UndoSearch,
  context: OperationContext,
): Promise<Undoables> {
  const { engine } = host
  const repairs = await engine.listRepairUndos(path, context)
  let historyTrouble: string | undefined
  let remembered: readonly RememberedChange[] = []
  try {
    remembered = await rememberedChanges(path)
  } catch (error) {
    historyTrouble = ImageError.from(error).explanation.detail
  }
  const entries: Undoable[] = repairs.map((repair) => ofRepair(repair, remembered))
  for (const { id, at, change, safetyCopy } of remembered) {
    if (change !== undefined) {
      const plan = await engine.planUndoChange(path, change, { ...context, links })
      entries.push({ id, jobId: id, at, refusal: plan.refusal, kind: 'change', change, plan })
    } else if (
      safetyCopy !== undefined &&
      !repairs.some((each) => each.safetyCopy === safetyCopy)
    ) {
      const entry = await fromElsewhere(path, { id, jobId: id, at, safetyCopy, host }, context)
      if (entry !== undefined) entries.push(entry)
    }
  }
  entries.sort((one, other) => (other.at ?? 0) - (one.at ?? 0))
  return { entries, historyTrouble }
}

interface CopyElsewhere {
  readonly id: string
  readonly jobId: string
  readonly at: number | undefined
  readonly safetyCopy: string
  readonly host: Host
}

/** A safety copy that was put into another folder; undefined when it is no longer there. */
async function fromElsewhere(
  path: string,
  { host, safetyCopy, ...entry }: CopyElsewhere,
  context: OperationContext,
): Promise<Undoable | undefined> {
  try {
    const plan = await host.engine.planUndoRepair(path, safetyCopy, context)
    return { ...entry, refusal: undefined, kind: 'repair', safetyCopy, plan }
  } catch (thrown) {
    const error = ImageError.from(thrown)
    if (error.kind === 'cancelled') throw error
    if (error.reason === 'file-missing') return undefined
    return { ...entry, refusal: error.toJSON(), kind: 'repair', safetyCopy, plan: undefined }
  }
}

function ofRepair(
  { safetyCopy, repairedAt, plan, refusal }: RepairUndo,
  remembered: readonly RememberedChange[],
): Undoable {
  const number = safetyCopy.slice(safetyCopy.lastIndexOf('-') + 1)
  const jobId = remembered.find((each) => each.safetyCopy === safetyCopy)?.id
  const what = { id: `repair-${number}`, jobId, at: repairedAt, refusal }
  return { ...what, kind: 'repair', safetyCopy, plan }
}
