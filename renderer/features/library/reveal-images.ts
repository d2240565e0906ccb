import { create } from 'zustand'
import { clearFilter } from '../../state/filter.ts'
import { showInspector, showPage } from '../../state/page.ts'
import { select } from '../../state/selection.ts'

/** Counts the wishes to see the active row; the table scrolls to it at each. */
export const useReveal = create<{ readonly count: number }>(() => ({ count: 0 }))

/** Shows these images wherever they are: all images, no filter, selected, scrolled to, inspected. */
export function revealImages(ids: readonly number[]): void {
  if (ids.length === 0) return
  showPage({ kind: 'library', scope: { kind: 'all' } })
  clearFilter()
  select(ids)
  showInspector()
  useReveal.setState(({ count }) => ({ count: count + 1 }))
}
