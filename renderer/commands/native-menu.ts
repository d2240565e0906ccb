import { host } from '../host.ts'
import { reportError } from '../state/report-error.ts'
import type { MenuEntry, MenuItem } from '../ui/menu.tsx'

/** The menu drawn by the system, for hosts that say they can; what is chosen there is done. */
export function popupNatively(entries: readonly MenuEntry[]): void {
  host()
    .api['shell.popupMenu']({ items: entries.map(nativeEntry) })
    .then(({ chosen }) => {
      const items = entries.flatMap((entry) => ('items' in entry ? entry.items : [entry]))
      items.find(({ id }) => id === chosen)?.onSelect()
    })
    .catch(reportError)
}

type NativeEntry = Parameters<ReturnType<typeof host>['api']['shell.popupMenu']>[0]['items'][number]

function nativeEntry(entry: MenuEntry): NativeEntry {
  const { id, label, separatorBefore = false } = entry
  return 'items' in entry
    ? { id, label, enabled: true, separatorBefore, items: entry.items.map(nativeItem) }
    : { ...nativeItem(entry), separatorBefore }
}

function nativeItem({ id, label, disabledReason }: MenuItem) {
  return {
    id,
    label,
    enabled: disabledReason === undefined,
    ...(disabledReason !== undefined && { sublabel: disabledReason }),
  }
}
