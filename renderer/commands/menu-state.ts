import { host } from '../host.ts'
import { useAppInfo } from '../state/app-info.ts'
import { useLibrary } from '../state/library.ts'
import { usePage } from '../state/page.ts'
import { useSelection } from '../state/selection.ts'
import { ofThisWindow } from '../state/window-image.ts'
import { useVisibleRows } from '../state/visible-rows.ts'
import { commandContext } from './context.ts'
import { commands } from './registry.ts'

/**
 * Keeps the desktop's menu bar in step: a command that can do nothing now is grey there too. Returns
 * how to stop. Sends only what changed since the last time.
 */
export function followMenuState(): () => void {
  let waiting = 0
  let known: ReadonlyMap<string, boolean> = new Map()
  const send = (): void => {
    const { info, connection } = useAppInfo.getState()
    if (info?.capabilities.nativeMenus !== true || connection !== 'open') return
    const context = commandContext()
    const now = new Map(
      commands.map(({ id, disabledReason }) => [id, disabledReason?.(context) === undefined]),
    )
    const changed = [...now].filter(([id, enabled]) => known.get(id) !== enabled)
    known = now
    if (changed.length === 0) return
    host()
      .api['shell.setMenuState']({ ...ofThisWindow(), enabled: Object.fromEntries(changed) })
      .catch(() => {
        // A lost connection: the next one tells everything again.
        known = new Map()
      })
  }
  // A scan changes the library many times a second: once a frame is as often as can be seen.
  const soon = (): void => {
    if (waiting !== 0) return
    waiting = requestAnimationFrame(() => {
      waiting = 0
      send()
    })
  }
  const stops = [useSelection, useLibrary, useVisibleRows, useAppInfo, usePage].map((store) =>
    store.subscribe(soon),
  )
  soon()
  return () => {
    cancelAnimationFrame(waiting)
    for (const stop of stops) stop()
  }
}
