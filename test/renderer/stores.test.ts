import { beforeEach, describe, expect, it } from 'vitest'
import { libraryFeed, useLibrary } from '../../renderer/state/library.ts'
import {
  clearSelection,
  extendSelection,
  keepSelected,
  select,
  selectAll,
  toggleSelected,
  useSelection,
} from '../../renderer/state/selection.ts'
import { errorDataOf } from '../../renderer/state/report-error.ts'
import { connectionLost, RemoteError } from '../../ipc/remote-error.ts'
import { libraryRow } from './library-rows.ts'

const selected = (): number[] => [...useSelection.getState().selected].toSorted((a, b) => a - b)

describe('the library store', () => {
  beforeEach(() => useLibrary.setState({ rows: new Map(), folders: [], loaded: false }))

  it('is loaded when the whole snapshot has come', () => {
    const feed = libraryFeed()
    feed({ type: 'snapshot', folders: [], rowCount: 3 })
    feed({ type: 'rows', rows: [libraryRow({ id: 1 }), libraryRow({ id: 2 })] })
    expect(useLibrary.getState().loaded).toBe(false)
    expect(useLibrary.getState().rows.size).toBe(2)
    feed({ type: 'rows', rows: [libraryRow({ id: 3 })] })
    expect(useLibrary.getState().loaded).toBe(true)
  })

  it('knows an empty library at once', () => {
    libraryFeed()({ type: 'snapshot', folders: [], rowCount: 0 })
    expect(useLibrary.getState().loaded).toBe(true)
  })

  it('shows the old rows until a reconnect has brought all new ones', () => {
    const first = libraryFeed()
    first({ type: 'snapshot', folders: [], rowCount: 1 })
    first({ type: 'rows', rows: [libraryRow({ id: 1 })] })
    const second = libraryFeed()
    second({ type: 'snapshot', folders: [], rowCount: 2 })
    second({ type: 'rows', rows: [libraryRow({ id: 2 })] })
    expect([...useLibrary.getState().rows.keys()]).toEqual([1])
    second({ type: 'rows', rows: [libraryRow({ id: 3 })] })
    expect([...useLibrary.getState().rows.keys()]).toEqual([2, 3])
  })

  it('ends a snapshot although a row of it was removed meanwhile', () => {
    const feed = libraryFeed()
    feed({ type: 'snapshot', folders: [], rowCount: 2 })
    feed({ type: 'rows', rows: [libraryRow({ id: 1 })] })
    feed({ type: 'removed', ids: [1] })
    feed({ type: 'rows', rows: [libraryRow({ id: 2 })] })
    expect(useLibrary.getState()).toMatchObject({ loaded: true })
    expect([...useLibrary.getState().rows.keys()]).toEqual([2])
  })

  it('keeps the identity of rows that did not change', () => {
    const feed = libraryFeed()
    feed({ type: 'snapshot', folders: [], rowCount: 2 })
    feed({ type: 'rows', rows: [libraryRow({ id: 1 }), libraryRow({ id: 2 })] })
    const before = useLibrary.getState().rows.get(1)
    feed({ type: 'rows', rows: [libraryRow({ id: 2, health: 'leaks' })] })
    expect(useLibrary.getState().rows.get(1)).toBe(before)
    expect(useLibrary.getState().rows.get(2)?.health).toBe('leaks')
  })
})

describe('the selection', () => {
  const order = [5, 3, 9, 1, 7]
  beforeEach(() => {
    select([])
    clearSelection()
  })

  it('extends from the anchor in the order of the table, back and forth', () => {
    select([3])
    extendSelection(order, 1)
    expect(selected()).toEqual([1, 3, 9])
    extendSelection(order, 5)
    expect(selected()).toEqual([3, 5])
    expect(useSelection.getState()).toMatchObject({ active: 5, anchor: 3 })
  })

  it('begins a range at the row itself when the anchor is not in the table', () => {
    select([42])
    extendSelection(order, 9)
    expect(selected()).toEqual([9])
  })

  it('adds and takes out single images', () => {
    select([3])
    toggleSelected(9)
    toggleSelected(3)
    expect(selected()).toEqual([9])
  })

  it('takes all, and none, and keeps the keyboard where it is', () => {
    select([9])
    selectAll(order)
    expect(selected()).toEqual([1, 3, 5, 7, 9])
    expect(useSelection.getState().active).toBe(9)
    clearSelection()
    expect(selected()).toEqual([])
    expect(useSelection.getState().active).toBe(9)
  })

  it('forgets images that are gone', () => {
    selectAll(order)
    keepSelected((id) => id !== 5 && id !== 1)
    expect(selected()).toEqual([3, 7, 9])
    expect(useSelection.getState().active).toBeUndefined()
  })
})

describe('errors in words', () => {
  it('are those of the services where they come from there', () => {
    expect(errorDataOf(new RemoteError(connectionLost))).toBe(connectionLost)
  })

  it('name a fault of the window as such', () => {
    const { code, explanation } = errorDataOf(new TypeError('x is not a function'))
    expect(code).toBe('PLT-1000')
    expect(explanation.detail).toContain('x is not a function')
  })
})
