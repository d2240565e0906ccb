import { inspectorTabs, showInspector, showPage, usePage } from '../state/page.ts'
import { changeSettings, useSettings } from '../state/settings.ts'
import { openSheet } from '../state/sheets.ts'
import { cyclePanes } from '../features/frame/panes.ts'
import { toggleInspector, useLayout } from '../state/layout.ts'
import { texts } from '../texts/texts.ts'
import type { Command } from './command.ts'
import { offline } from './reasons.ts'

/** Other pages have no inspector. */
const notBesideLibrary = (): string | undefined =>
  usePage.getState().page.kind === 'library' ? undefined : texts().commands.onlyBesideLibrary

export const viewCommands: readonly Command[] = [
  {
    id: 'view.palette',
    icon: 'command',
    group: 'view',
    shortcuts: ['Mod+K', 'Mod+Shift+P'],
    webShortcut: 'Alt+Shift+P',
    hidden: true,
    run: () => openSheet({ kind: 'palette' }),
  },
  {
    id: 'view.library',
    icon: 'disks',
    group: 'view',
    run: () => showPage({ kind: 'library', scope: { kind: 'all' } }),
  },
  {
    id: 'view.history',
    icon: 'history',
    group: 'view',
    run: () => showPage({ kind: 'history' }),
  },
  {
    id: 'view.inspector',
    icon: 'inspector',
    group: 'view',
    shortcuts: ['Mod+I', 'Alt+Enter'],
    // Where it has a place of its own, it is there for as long as something is selected.
    disabledReason: ({ images }) =>
      notBesideLibrary() ??
      (images.length > 0 || useLayout.getState().tight ? undefined : texts().commands.selectFirst),
    run: toggleInspector,
  },
  {
    id: 'view.activity',
    icon: 'activity',
    group: 'view',
    shortcuts: ['Mod+J'],
    webShortcut: 'Alt+Shift+J',
    run: () => changeSettings({ drawerOpen: !useSettings.getState().settings.drawerOpen }),
  },
  ...inspectorTabs.map((tab, index): Command => ({
    id: `view.tab.${tab}`,
    group: 'view',
    shortcuts: [`Mod+${index + 1}`],
    webShortcut: `Alt+Shift+${index + 1}`,
    disabledReason: notBesideLibrary,
    run: () => showInspector(tab),
  })),
  {
    id: 'view.density',
    icon: 'density',
    group: 'view',
    disabledReason: offline,
    run: () => {
      const { density } = useSettings.getState().settings
      changeSettings({ density: density === 'compact' ? 'comfortable' : 'compact' })
    },
  },
  {
    id: 'view.settings',
    icon: 'settings',
    group: 'view',
    shortcuts: ['Mod+,'],
    run: () => openSheet({ kind: 'settings' }),
  },
  {
    id: 'view.nextPane',
    group: 'view',
    shortcuts: ['F6'],
    hidden: true,
    run: () => cyclePanes(1),
  },
  {
    id: 'view.previousPane',
    group: 'view',
    shortcuts: ['Shift+F6'],
    hidden: true,
    run: () => cyclePanes(-1),
  },
  {
    id: 'view.shortcuts',
    icon: 'keyboard',
    group: 'help',
    shortcuts: ['Mod+/'],
    run: () => openSheet({ kind: 'shortcuts' }),
  },
  {
    id: 'view.about',
    icon: 'help',
    group: 'help',
    shortcuts: ['F1'],
    run: () => openSheet({ kind: 'about' }),
  },
]
