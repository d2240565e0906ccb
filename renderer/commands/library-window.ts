import { texts } from '../texts/texts.ts'
import { windowImage } from '../state/window-image.ts'
import type { Command, CommandId } from './command.ts'

/** About the list, its pages and its panes, which an image's own window does not have. */
const ofLibraryWindow: ReadonlySet<CommandId> = new Set<CommandId>([
  'library.openImage',
  'library.addFolder',
  'library.filter',
  'library.selectAll',
  'library.checkAll',
  'library.compactAll',
  'image.open',
  'image.openWindow',
  'image.undoBatch',
  'view.library',
  'view.chains',
  'view.history',
  'view.inspector',
  'view.activity',
  'view.density',
])

/** The command, with the reason why an image's own window does not offer it. */
export function inItsWindow(command: Command): Command {
  if (!ofLibraryWindow.has(command.id)) return command
  return {
    ...command,
    disabledReason: (context) =>
      windowImage() === undefined
        ? command.disabledReason?.(context)
        : texts().commands.onlyInLibrary,
  }
}
