import { useAppInfo } from '../state/app-info.ts'
import { useLibrary } from '../state/library.ts'
import { usePage, type Page } from '../state/page.ts'
import { useSelection } from '../state/selection.ts'
import { useVisibleRows } from '../state/visible-rows.ts'
import { windowImage } from '../state/window-image.ts'
import type { CommandContext } from './command.ts'

export type Targets = readonly number[]

/** The context of this moment: of the selection, unless images are given. */
export function commandContext(targets?: Targets): CommandContext {
  const { rows, folders } = useLibrary.getState()
  const { info, connection } = useAppInfo.getState()
  const { selected } = useSelection.getState()
  const { rows: visible } = useVisibleRows.getState()
  const { page } = usePage.getState()
  const parts = [rows, folders, info, connection, selected, visible, page]
  if (targets === undefined && cached?.parts.every((part, index) => part === parts[index])) {
    return cached.context
  }
  const context: CommandContext = {
    images: [...(targets ?? shownSelection(page, selected))].flatMap((id) => rows.get(id) ?? []),
    // Another window's page shows them.
    folders: windowImage() === undefined ? folders : [],
    info,
    connected: connection === 'open',
    visible: page.kind === 'library' ? visible : [...rows.values()],
  }
  if (targets === undefined) cached = { parts, context }
  return context
}

/** The pages that show what is selected. On another one a key must move nothing to the Trash. */
const shownSelection = ({ kind }: Page, selected: ReadonlySet<number>): Iterable<number> =>
  kind === 'library' || kind === 'batch' ? selected : []

/**
 * Each button of the window asks for the context at each change; with 10,000 images selected, making
 * it once a change and not once a button is what keeps "select all" instant.
 */
let cached: { readonly parts: readonly unknown[]; readonly context: CommandContext } | undefined
