import { useSheet } from '../state/sheets.ts'
import { windowImage } from '../state/window-image.ts'
import type { Command, CommandId } from './command.ts'
import { commands, runByKey } from './registry.ts'
import { isMac, shortcutsOf } from './platform.ts'
import { matchesShortcut } from './shortcut.ts'

/** Carries out the window's shortcuts; one listener for all. Returns how to stop. */
export function listenForShortcuts(): () => void {
  document.addEventListener('keydown', onKeyDown)
  return () => document.removeEventListener('keydown', onKeyDown)
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return
  // A dialog has the keyboard for itself; it closes with Escape.
  if (useSheet.getState().sheet !== undefined) return
  const mac = isMac()
  const command = commands.find((candidate) =>
    shortcutsOf(candidate).some((shortcut) => matchesShortcut(shortcut, event, mac)),
  )
  if (command === undefined) return
  const typed = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey
  if ((typed || command.notInText === true) && isEditable(event.target)) return
  if (command.tableOnly === true && !isInTable(event.target) && !isOfImage(command, event)) return
  event.preventDefault()
  runByKey(command)
}

function isEditable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select'))
  )
}

/** A name that is written in the list takes its keys itself. */
/** In a window of its own the image takes its keys wherever the keyboard is, but for text. */
function isOfImage({ id }: Command, { target }: KeyboardEvent): boolean {
  if (windowImage() === undefined || isEditable(target)) return false
  if (id === 'image.copyPath') return getSelection()?.isCollapsed !== false
  return imageKeys.has(id)
}

const imageKeys: ReadonlySet<CommandId> = new Set<CommandId>([
  'image.rename',
  'image.trash',
  'image.copyCommand',
  'library.remove',
])

/** In the library's list, or on the rows of a batch's results, whose buttons keep their keys. */
const isInTable = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  (target.closest('[data-library-grid]') !== null || target.matches('[data-results-grid]')) &&
  !isEditable(target)
