import type { MenuItem } from '../ui/menu.tsx'
import { host } from '../host.ts'
import { reportError } from '../state/report-error.ts'
import { commandContext } from './context.ts'
import { shownShortcut } from './platform.ts'
import { commandOf, runCommand } from './registry.ts'

/** The groups of the row menu, with a line between them. */
const groups = [
  ['image.open'],
  ['image.check', 'image.repair', 'image.compact', 'image.resize'],
  ['image.takeSnapshot', 'image.manageSnapshots'],
  ['image.showChain', 'image.createOverlay', 'image.relink', 'image.trustLinks'],
  ['image.hash', 'image.map'],
  ['image.copyPath', 'image.copyName', 'image.copySha256', 'image.copyInfo', 'image.copyCommand'],
  ['image.locate', 'image.showInFolder', 'image.rename', 'image.move'],
  ['library.remove', 'image.trash'],
] as const

/** The row menu for the selection as it is now. What cannot be done stays, with its reason. */
export function rowMenuItems(): MenuItem[] {
  const context = commandContext()
  return groups.flatMap((ids, group) =>
    ids.map((id, index): MenuItem => {
      const command = commandOf(id)
      return {
        id,
        label: command.title,
        icon: command.icon,
        shortcut: shownShortcut(command),
        disabledReason: command.disabledReason?.(context),
        separatorBefore: group > 0 && index === 0,
        onSelect: () => runCommand(id),
      }
    }),
  )
}

/** The same menu drawn by the system; for hosts that say they can. */
export function popupRowMenu(): void {
  const items = rowMenuItems().map(({ id, label, disabledReason, separatorBefore }) => ({
    id,
    label,
    enabled: disabledReason === undefined,
    ...(disabledReason !== undefined && { sublabel: disabledReason }),
    separatorBefore: separatorBefore === true,
  }))
  host()
    .api['shell.popupMenu']({ items })
    .then(({ chosen }) => {
      if (chosen !== undefined) runCommand(chosen)
    })
    .catch(reportError)
}
