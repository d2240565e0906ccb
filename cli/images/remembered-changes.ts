import { undoLabels, type DoneChange } from '../../core/index.ts'
import type { Records } from '../../main/headless.ts'

/** A change that the history knows what to undo of. */
export interface RememberedChange {
  readonly id: string
  /** Unix time in milliseconds. */
  readonly at: number
  readonly change: DoneChange | undefined
  /** Of a repair. */
  readonly safetyCopy: string | undefined
}

/** Entries of the history that are looked through for changes of one image. */
const pageLength = 200

/** After one of these, what was done before was done to another file of that name. */
const madeBy = ['create', 'encode', 'decode', 'stream-decode', 'rehydrate'] as const
const changedBy = ['pattern', 'resize', 'repair', 'amend', 'snapshot', 'relink', 'undo'] as const

/**
 * What the history remembers of the file that has this name now, newest first: nothing from before it was
 * made, and nothing that was undone already. Throws what makes the history unreadable.
 */
export async function rememberedChanges(path: string): Promise<readonly RememberedChange[]> {
  const { openRecords } = await import('../../main/headless.ts')
  using records: Records = openRecords()
  const kinds = [...madeBy, ...changedBy]
  const { jobs } = records.page({ imagePath: path, kinds, limit: pageLength })
  const undone = new Set<string>()
  const found: RememberedChange[] = []
  for (const { id, request, state, result, startedAt, queuedAt, fileBefore } of jobs) {
    if (state !== 'succeeded' || result?.kind !== 'change') continue
    const { facts, undo: change } = result
    const textOf = (wanted: string): string | undefined => {
      const fact = facts.find(({ label }) => label === wanted)
      return fact !== undefined && 'text' in fact ? fact.text : undefined
    }
    const undoneId = textOf(undoLabels.undone)
    if (undoneId !== undefined) undone.add(undoneId)
    if (fileBefore === undefined || madeBy.some((kind) => kind === request.kind)) break
    if (undone.has(id)) continue
    const safetyCopy = request.kind === 'repair' ? textOf(undoLabels.safetyCopy) : undefined
    if (change === undefined && safetyCopy === undefined) continue
    found.push({ id, at: startedAt ?? queuedAt, change, safetyCopy })
  }
  return found
}
