import type { UndoEntry } from '../../../ipc/schemas/undo.ts'

/** The newest change of these images that can be taken back; of all images when none are named. */
export function newestUndo(
  entries: readonly UndoEntry[],
  imageIds: readonly number[],
): UndoEntry | undefined {
  const meant = new Set(imageIds)
  return entries
    .filter(({ imageId }) => meant.size === 0 || meant.has(imageId))
    .toSorted((one, other) => other.doneAt - one.doneAt)
    .at(0)
}
