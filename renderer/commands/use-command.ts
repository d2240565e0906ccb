import { useAppInfo } from '../state/app-info.ts'
import { useLibrary } from '../state/library.ts'
import { usePage } from '../state/page.ts'
import { useSelection } from '../state/selection.ts'
import { useVisibleRows } from '../state/visible-rows.ts'
import { commandContext } from './context.ts'
import type { Command } from './command.ts'
import { shownShortcut } from './platform.ts'
import { commandOf, runCommand } from './registry.ts'

export interface CommandButtonState {
  readonly command: Command
  readonly disabledReason: string | undefined
  readonly shortcut: string | undefined
  readonly run: () => void
}

/** A command as a button shows it, kept up to date with the selection. */
export function useCommand(id: string): CommandButtonState {
  const command = commandOf(id)
  // The reason is a word or nothing: subscribing to it alone redraws the button only when it changes.
  const reason = (): string | undefined => command.disabledReason?.(commandContext())
  const disabledReason = useSelection(reason)
  useLibrary(reason)
  useAppInfo(reason)
  useVisibleRows(reason)
  usePage(reason)
  return {
    command,
    disabledReason,
    shortcut: shownShortcut(command),
    run: () => runCommand(id),
  }
}
