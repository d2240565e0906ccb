import { beforeEach, describe, expect, it } from 'vitest'
import {
  clearFilter,
  setFilterText,
  toggleHealthFilter,
  useFilter,
} from '../../../renderer/state/filter.ts'
import { useLayout } from '../../../renderer/state/layout.ts'
import { useLibrary } from '../../../renderer/state/library.ts'
import { showInspectorTab, showPage, usePage } from '../../../renderer/state/page.ts'
import { select, useSelection } from '../../../renderer/state/selection.ts'
import { parseView, restoreView, viewNow } from '../../../renderer/state/view-state.ts'
import { imageOfAddress, setWindowImage } from '../../../renderer/state/window-image.ts'
import { libraryRow } from '../library-rows.ts'

const everything = { kind: 'library', scope: { kind: 'all' } } as const

beforeEach(() => {
  setWindowImage(undefined)
  useLibrary.setState({ rows: new Map(), folders: [], loaded: false })
  useLayout.setState({ sidebarWidth: 216, drawerHeight: 220 })
  clearFilter()
  select([])
  showPage(everything)
  showInspectorTab('overview')
})

describe('how the window was left', () => {
  it('comes back: the page, what is selected and filtered, and the panes', () => {
    showPage({ kind: 'library', scope: { kind: 'folder', folderId: 3 } })
    showInspectorTab('chain')
    setFilterText('web')
    toggleHealthFilter('leaks')
    select([4, 7])
    useLayout.setState({ sidebarWidth: 300, drawerHeight: 400 })
    const kept = viewNow()

    showPage({ kind: 'history' })
    showInspectorTab('map')
    clearFilter()
    select([])
    useLayout.setState({ sidebarWidth: 216, drawerHeight: 220 })
    restoreView(kept)
    expect(usePage.getState()).toMatchObject({
      page: { kind: 'library', scope: { kind: 'folder', folderId: 3 } },
      inspectorTab: 'chain',
    })
    expect(useFilter.getState()).toMatchObject({ text: 'web', health: new Set(['leaks']) })
    expect([...useSelection.getState().selected]).toEqual([4, 7])
    expect(useLayout.getState()).toMatchObject({ sidebarWidth: 300, drawerHeight: 400 })
  })

  it('forgets images and folders that have gone, once the library is here', () => {
    showPage({ kind: 'library', scope: { kind: 'folder', folderId: 3 } })
    select([4, 7])
    restoreView(viewNow())
    expect(useSelection.getState().selected.size).toBe(2)
    useLibrary.setState({ rows: new Map([[7, libraryRow({ id: 7 })]]), loaded: true })
    expect([...useSelection.getState().selected]).toEqual([7])
    expect(usePage.getState().page).toEqual(everything)
  })

  it.each([undefined, '', 'no JSON', '[]', '5', '{"page":{"kind":"moon"},"sidebarWidth":-1}'])(
    'is as at first when %j is kept',
    (kept) => {
      restoreView(kept)
      expect(parseView(kept)).toEqual({})
      expect(usePage.getState().page).toEqual(everything)
      expect(useLayout.getState().sidebarWidth).toBe(216)
    },
  )

  it('keeps what it understands of another version’s words', () => {
    expect(
      parseView('{"inspectorTab":"map","page":{"kind":"treemap"},"news":1,"drawerHeight":200}'),
    ).toEqual({ inspectorTab: 'map', drawerHeight: 200 })
  })

  it('is its tab alone for an image’s own window', () => {
    setWindowImage(7)
    select([7])
    showInspectorTab('history')
    const kept = viewNow()
    expect(JSON.parse(kept)).toEqual({ inspectorTab: 'history' })
    showInspectorTab('map')
    restoreView(kept)
    expect(usePage.getState().inspectorTab).toBe('history')
    setWindowImage(undefined)
  })

  it('does not grow with the selection', () => {
    select(Array.from({ length: 10_000 }, (_, index) => index + 1))
    expect(viewNow().length).toBeLessThan(2000)
  })
})

describe('the address', () => {
  it.each([
    ['#image=12', 12],
    ['#token=abc&image=3', 3],
    ['image=4', 4],
    ['', undefined],
    ['#image=0', undefined],
    ['#image=-1', undefined],
    ['#image=1e3', undefined],
    ['#image=99999999999999999999', undefined],
    ['#myimage=5', undefined],
  ])('%j asks for image %j', (hash, image) => {
    expect(imageOfAddress(hash)).toBe(image)
  })
})
