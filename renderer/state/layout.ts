import { create } from 'zustand'
import { usePage } from './page.ts'
import { useSelection } from './selection.ts'
import { changeSettings, useSettings } from './settings.ts'

export interface Layout {
  /** There is little room: the sidebar is laid over the page when asked for. */
  readonly narrow: boolean
  /** There is less: the inspector too, so that the table keeps its place. */
  readonly tight: boolean
  /** In pixels, as the person wants them; the window may have less room. */
  readonly sidebarWidth: number
  readonly drawerHeight: number
}

export const useLayout = create<Layout>(() => ({
  narrow: false,
  tight: false,
  sidebarWidth: 200,
  drawerHeight: 220,
}))

export const sidebarWidths = { least: 168, most: 420 } as const
export const drawerHeights = { least: 120, most: 480 } as const

/** Keeps the layout equal to the window's width. Returns how to stop. */
export function followWindowWidth(): () => void {
  const narrow = matchMedia('(max-width: 1020px)')
  const tight = matchMedia('(max-width: 900px)')
  const update = (): void => useLayout.setState({ narrow: narrow.matches, tight: tight.matches })
  update()
  narrow.addEventListener('change', update)
  tight.addEventListener('change', update)
  return () => {
    narrow.removeEventListener('change', update)
    tight.removeEventListener('change', update)
  }
}

/**
 * Whether the inspector is on screen: where it has a place, as stored and with something to tell of; else only
 * when asked for.
 */
export function useInspectorShown(): boolean {
  const tight = useLayout((state) => state.tight)
  const open = useSettings((state) => state.settings.inspectorOpen)
  const over = usePage((state) => state.inspectorOver)
  const hasImage = useSelection((state) => state.selected.size > 0)
  return tight ? over : open && hasImage
}

export function toggleInspector(): void {
  if (useLayout.getState().tight) {
    usePage.setState(({ inspectorOver }) => ({ inspectorOver: !inspectorOver }))
  } else {
    changeSettings({ inspectorOpen: !useSettings.getState().settings.inspectorOpen })
  }
}
