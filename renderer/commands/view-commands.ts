import {
  inspectorTabs,
  showInspector,
  showPage,
  usePage,
  type InspectorTab,
} from '../state/page.ts'
import { changeSettings, useSettings } from '../state/settings.ts'
import { openSheet } from '../state/sheets.ts'
import { cyclePanes } from '../features/frame/panes.ts'
import { toggleInspector } from '../state/layout.ts'
import type { Command } from './command.ts'
import { offline } from './reasons.ts'

const tabTitles: Readonly<Record<InspectorTab, string>> = {
  overview: 'Overview',
  map: 'Map',
  snapshots: 'Snapshots',
  chain: 'Chain',
  history: 'History',
  details: 'Details',
}

export const viewCommands: readonly Command[] = [
  {
    id: 'view.palette',
    title: 'Search images and commands…',
    icon: 'command',
    group: 'View',
    shortcuts: ['Mod+K', 'Mod+Shift+P'],
    webShortcut: 'Alt+Shift+P',
    hidden: true,
    run: () => openSheet({ kind: 'palette' }),
  },
  {
    id: 'view.library',
    title: 'Show all images',
    icon: 'disks',
    group: 'View',
    run: () => showPage({ kind: 'library', scope: { kind: 'all' } }),
  },
  {
    id: 'view.history',
    title: 'Show history',
    icon: 'history',
    group: 'View',
    run: () => showPage({ kind: 'history' }),
  },
  {
    id: 'view.inspector',
    title: 'Show or hide the inspector',
    icon: 'inspector',
    group: 'View',
    shortcuts: ['Mod+I', 'Alt+Enter'],
    run: toggleInspector,
  },
  {
    id: 'view.activity',
    title: 'Show or hide activity',
    icon: 'activity',
    group: 'View',
    shortcuts: ['Mod+J'],
    webShortcut: 'Alt+Shift+J',
    run: () => changeSettings({ drawerOpen: !useSettings.getState().settings.drawerOpen }),
  },
  ...inspectorTabs.map((tab, index): Command => ({
    id: `view.tab.${tab}`,
    title: `Inspector: ${tabTitles[tab]}`,
    group: 'View',
    shortcuts: [`Mod+${index + 1}`],
    webShortcut: `Alt+Shift+${index + 1}`,
    disabledReason: () =>
      usePage.getState().page.kind === 'library' ? undefined : 'Only beside the library',
    run: () => showInspector(tab),
  })),
  {
    id: 'view.density',
    title: 'Switch between comfortable and compact rows',
    icon: 'density',
    group: 'View',
    disabledReason: offline,
    run: () => {
      const { density } = useSettings.getState().settings
      changeSettings({ density: density === 'compact' ? 'comfortable' : 'compact' })
    },
  },
  {
    id: 'view.settings',
    title: 'Settings…',
    icon: 'settings',
    group: 'View',
    shortcuts: ['Mod+,'],
    run: () => openSheet({ kind: 'settings' }),
  },
  {
    id: 'view.nextPane',
    title: 'Go to the next pane',
    group: 'View',
    shortcuts: ['F6'],
    hidden: true,
    run: () => cyclePanes(1),
  },
  {
    id: 'view.previousPane',
    title: 'Go to the previous pane',
    group: 'View',
    shortcuts: ['Shift+F6'],
    hidden: true,
    run: () => cyclePanes(-1),
  },
  {
    id: 'view.shortcuts',
    title: 'Keyboard shortcuts',
    icon: 'keyboard',
    group: 'Help',
    shortcuts: ['Mod+/'],
    run: () => openSheet({ kind: 'shortcuts' }),
  },
  {
    id: 'view.about',
    title: 'About Platter',
    icon: 'help',
    group: 'Help',
    shortcuts: ['F1'],
    run: () => openSheet({ kind: 'about' }),
  },
]
