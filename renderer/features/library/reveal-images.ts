import { create } from 'zustand'
import { clearFilter } from '../../state/filter.ts'
import { showInspector, showPage, type InspectorTab } from '../../state/page.ts'
import { select } from '../../state/selection.ts'
import { windowImage } from '../../state/window-image.ts'
import { openImageWindow } from '../image-window/open-image-window.ts'

/** Counts the wishes to see the active row; the table scrolls to it at each. */
export const useReveal = create<{ readonly count: number }>(() => ({ count: 0 }))

/**
 * Shows these images wherever they are: all images, no filter, selected, scrolled to, inspected. From an image's own
 * window, the first one in its own. `tab`: what is inspected of them, where it is not what was looked at before.
 */
export function revealImages(ids: readonly number[], tab?: InspectorTab): void {
  const [first] = ids
  if (first === undefined) return
  const own = windowImage()
  if (own !== undefined) {
    if (first !== own) openImageWindow(first)
    return
  }
  showPage({ kind: 'library', scope: { kind: 'all' } })
  clearFilter()
  select(ids)
  showInspector(tab)
  useReveal.setState(({ count }) => ({ count: count + 1 }))
}

/** Images that were opened as files: whoever opens one wants to see what it is and what can be done with it. */
export const revealOpened = (ids: readonly number[]): void => revealImages(ids, 'overview')
