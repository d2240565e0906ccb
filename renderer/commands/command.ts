import type { AppInfo } from '../../ipc/schemas/app.ts'
import type { LibraryFolder, LibraryRow } from '../../ipc/schemas/library.ts'
import { texts, type Texts } from '../texts/texts.ts'
import type { IconName } from '../ui/icon.tsx'

/** Every command has its title in the catalogue, under its id. */
export type CommandId = keyof Texts['commands']['titles']

export type CommandGroup = keyof Texts['commands']['groups']

/** What a command acts on and may depend on, at the moment it is looked at or run. */
export interface CommandContext {
  /** The selected images, or the ones whose menu is open. */
  readonly images: readonly LibraryRow[]
  readonly folders: readonly LibraryFolder[]
  /** Undefined until the services have answered. */
  readonly info: AppInfo | undefined
  readonly connected: boolean
  /** The table's images in its order; all there are, where no table is seen. */
  readonly visible: readonly LibraryRow[]
}

/** One thing a person can do, however they ask for it: button, menu, key, palette, application menu. */
export interface Command {
  readonly id: CommandId
  readonly icon?: IconName
  readonly group: CommandGroup
  /** See shortcut.ts. Several for commands that people know by different keys; the first is shown. */
  readonly shortcuts?: readonly string[]
  /** Where a browser keeps the first shortcut for itself; the other one works there. */
  readonly webShortcut?: string
  /** A browser does something of its own with the first shortcut (reload, new window): there it stays the browser's. */
  readonly isKeptByBrowser?: boolean
  /** Keys that mean something else while text is edited or selected count in the table only. */
  readonly tableOnly?: boolean
  /** Keys that a text field has for itself. */
  readonly notInText?: boolean
  /** Not worth a line in the palette: it would list itself, or needs a pointer. */
  readonly hidden?: boolean
  /** What its key does in the list, where that needs no dialog. */
  readonly inPlace?: (context: CommandContext) => void
  readonly disabledReason?: (context: CommandContext) => string | undefined
  readonly run: (context: CommandContext) => void | Promise<void>
}

export const titleOf = ({ id }: Pick<Command, 'id'>): string => texts().commands.titles[id]
