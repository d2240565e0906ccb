import { ShellEvents } from '../../main/shell-events.ts'
import type { ShellPorts } from '../../main/shell-ports.ts'

export interface TestShell extends ShellPorts {
  readonly events: ShellEvents
  /** What the shell was told, in order. */
  readonly fractions: (number | undefined)[]
  readonly themes: string[]
}

/** A shell that answers with the given paths. */
export function testShell(chosen: readonly string[] = []): TestShell {
  const events = new ShellEvents()
  const fractions: (number | undefined)[] = []
  const themes: string[] = []
  return {
    events,
    fractions,
    themes,
    host: 'web',
    capabilities: {
      openDialog: true,
      showInFolder: false,
      nativeMenus: false,
      dropPaths: false,
      dragOut: false,
      imageWindows: false,
      notifications: false,
      trash: false,
    },
    chooseImages: () => Promise.resolve(chosen),
    chooseImage: () => Promise.resolve(chosen[0]),
    chooseFolder: () => Promise.resolve(chosen[0]),
    showInFolder: () => undefined,
    popupMenu: (items) => Promise.resolve(items[0]?.id),
    setMenuState: () => undefined,
    browse: () => Promise.resolve({ entries: [] }),
    admit: (path) => Promise.resolve(path),
    forwardEvents: (emit, signal, windowOf) => events.forward(emit, signal, windowOf),
    settingsChanged: ({ theme }) => void themes.push(theme),
    showProgress: (fraction) => void fractions.push(fraction),
  }
}
