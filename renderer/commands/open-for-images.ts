import { openBatch } from '../features/batch/open-batch.ts'
import { revealImages } from '../features/library/reveal-images.ts'
import { useLibrary } from '../state/library.ts'
import { useSheet } from '../state/sheets.ts'
import { toast } from '../state/toasts.ts'
import { texts } from '../texts/texts.ts'
import { titleOf } from './command.ts'
import { commandContext } from './context.ts'
import { commandOf, runCommand } from './registry.ts'

/** Rows stream in on their own; one that was removed meanwhile never comes. In milliseconds. */
const rowPatience = 10_000

/**
 * What a file manager asks for: the command's dialog for exactly these images, which are shown and selected.
 * Nothing begins without a person's word, so a check, which else runs at once, shows its plan as well.
 */
export async function openForImages(id: string, imageIds: readonly number[]): Promise<void> {
  await rowsOf(imageIds)
  await noDialog()
  revealImages(imageIds)
  const command = commandOf(id)
  const context = commandContext(imageIds)
  const reason = command.disabledReason?.(context)
  if (reason !== undefined) {
    const title = texts().commands.cannot(titleOf(command))
    toast({ title, detail: reason, tone: 'bad', stays: true })
  } else if (id === 'image.check') {
    openBatch('check', imageIds)
  } else {
    runCommand(id, imageIds)
  }
}

/** Resolves when the library has told of all of them, or has had its time. */
function rowsOf(imageIds: readonly number[]): Promise<void> {
  const areKnown = (): boolean => imageIds.every((id) => useLibrary.getState().rows.has(id))
  return new Promise((resolve) => {
    if (areKnown()) {
      resolve()
      return
    }
    const end = (): void => {
      clearTimeout(timer)
      stop()
      resolve()
    }
    const timer = setTimeout(end, rowPatience)
    const stop = useLibrary.subscribe(() => {
      if (areKnown()) end()
    })
  })
}

/** Another dialog may hold what somebody typed: this one waits for its turn. */
function noDialog(): Promise<void> {
  return new Promise((resolve) => {
    if (useSheet.getState().sheet === undefined) {
      resolve()
      return
    }
    const stop = useSheet.subscribe(({ sheet }) => {
      if (sheet !== undefined) return
      stop()
      resolve()
    })
  })
}
