import { ImageError } from '../../core/index.ts'
import type { ShellEvents } from '../shell-events.ts'
import type { ShellPorts } from '../shell-ports.ts'
import type { Roots } from './roots.ts'

/** What a browser window can and cannot have: a folder browser below the roots, no dialog, no menu. */
export function createWebShell(roots: Roots, events: ShellEvents): ShellPorts {
  return {
    host: 'web',
    capabilities: {
      openDialog: false,
      showInFolder: false,
      nativeMenus: false,
      dropPaths: false,
      dragOut: false,
      imageWindows: true,
      notifications: false,
      // Only of Linux is it known how a Trash is kept; elsewhere the desktop's own shell would be needed.
      trash: process.platform === 'linux',
    },
    chooseImages: async () => desktopOnly("The system's open dialog"),
    chooseImage: async () => desktopOnly("The system's open dialog"),
    chooseFolder: async () => desktopOnly("The system's open dialog"),
    showInFolder: () => desktopOnly('Showing a file in its folder'),
    popupMenu: async () => desktopOnly('A native menu'),
    setMenuState: () => undefined,
    roots: roots.paths,
    browse: (path) => roots.list(path),
    admit: (path) => roots.admit(path),
    forwardEvents: (emit, signal, windowOf) => events.forward(emit, signal, windowOf),
    settingsChanged: () => undefined,
    showProgress: () => undefined,
  }
}

function desktopOnly(feature: string): never {
  throw new ImageError('not-in-this-shell', { feature, expected: 'the desktop app' })
}
