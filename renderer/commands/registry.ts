import { usePage } from '../state/page.ts'
import { reportError } from '../state/report-error.ts'
import { toast } from '../state/toasts.ts'
import { windowImage } from '../state/window-image.ts'
import { texts } from '../texts/texts.ts'
import { titleOf, type Command } from './command.ts'
import { commandContext, type Targets } from './context.ts'
import { careCommands } from './care-commands.ts'
import { copyCommands } from './copy-commands.ts'
import { formatCommands } from './format-commands.ts'
import { imageCommands } from './image-commands.ts'
import { inItsWindow } from './library-window.ts'
import { libraryCommands } from './library-commands.ts'
import { spaceCommands } from './space-commands.ts'
import { relationCommands } from './relation-commands.ts'
import { viewCommands } from './view-commands.ts'

/** Every command there is. Toolbar, menus, palette, keys and the application menu show these. */
export const commands: readonly Command[] = [
  ...libraryCommands,
  ...imageCommands,
  ...spaceCommands,
  ...careCommands,
  ...copyCommands,
  ...relationCommands,
  ...formatCommands,
  ...viewCommands,
].map(inItsWindow)

const byId = new Map<string, Command>(commands.map((command) => [command.id, command]))

/** @throws when no command has the id: an id is written in code, so that is a mistake there. */
export function commandOf(id: string): Command {
  const command = byId.get(id)
  if (command === undefined) throw new Error(`there is no command "${id}"`)
  return command
}

export const isCommand = (id: string): boolean => byId.has(id)

/**
 * Runs a command on the selection, or on the images given. One that is disabled does nothing; what
 * fails is shown.
 */
export function runCommand(id: string, targets?: Targets): void {
  const command = commandOf(id)
  const context = commandContext(targets)
  if (command.disabledReason?.(context) !== undefined) return
  carryOut(() => command.run(context))
}

/** As `runCommand`, by a key: where nobody sees a disabled button, its reason is said. */
export function runByKey(command: Command): void {
  const { disabledReason, inPlace, run } = command
  const context = commandContext()
  const reason = disabledReason?.(context)
  if (reason !== undefined) {
    const title = texts().commands.cannot(titleOf(command))
    toast({ title, detail: reason, tone: 'info' })
  } else if (inPlace !== undefined && isListShown()) carryOut(() => inPlace(context))
  else carryOut(() => run(context))
}

const isListShown = (): boolean =>
  windowImage() === undefined && usePage.getState().page.kind === 'library'

function carryOut(run: () => void | Promise<void>): void {
  Promise.resolve().then(run).catch(reportError)
}
