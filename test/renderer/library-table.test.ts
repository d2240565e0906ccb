import { describe, expect, it } from 'vitest'
import { arrangeColumns, changeColumn } from '../../renderer/features/library/column-layout.ts'
import { columnIds } from '../../renderer/features/library/column-values.ts'
import { columns } from '../../renderer/features/library/columns.tsx'
import { filterRows } from '../../renderer/features/library/filter-rows.ts'
import { countScopes, scopeRows } from '../../renderer/features/library/scope-rows.ts'
import { sortRows } from '../../renderer/features/library/sort-rows.ts'
import { madeUpLibrary } from '../../renderer/fake/library.ts'
import { noFilter } from '../../renderer/state/filter.ts'
import { libraryRow } from './library-rows.ts'

const ids = (rows: readonly { readonly id: number }[]): number[] => rows.map(({ id }) => id)

describe('the order of rows', () => {
  it('takes numbers in names as numbers', () => {
    const rows = [
      libraryRow({ id: 1, name: 'disk10.qcow2' }),
      libraryRow({ id: 2, name: 'disk9.qcow2' }),
      libraryRow({ id: 3, name: 'Disk1.qcow2' }),
    ]
    expect(ids(sortRows(rows, { column: 'name', descending: false }))).toEqual([3, 2, 1])
  })

  it('puts what is not known last in both directions', () => {
    const rows = [
      libraryRow({ id: 1, virtualSize: 20 }),
      libraryRow({ id: 2 }),
      libraryRow({ id: 3, virtualSize: 10 }),
    ]
    expect(ids(sortRows(rows, { column: 'virtualSize', descending: false }))).toEqual([3, 1, 2])
    expect(ids(sortRows(rows, { column: 'virtualSize', descending: true }))).toEqual([1, 3, 2])
  })

  it('brings the worst health up first', () => {
    const rows = [
      libraryRow({ id: 1, health: 'healthy' }),
      libraryRow({ id: 2, health: 'leaks' }),
      libraryRow({ id: 3, health: 'damaged' }),
      libraryRow({ id: 4, health: 'not-checked' }),
    ]
    expect(ids(sortRows(rows, { column: 'health', descending: false }))).toEqual([3, 2, 4, 1])
  })

  it('falls back to names for a column it does not know', () => {
    const rows = [libraryRow({ id: 1, name: 'b' }), libraryRow({ id: 2, name: 'a' })]
    expect(ids(sortRows(rows, { column: 'gone', descending: false }))).toEqual([2, 1])
  })

  it('keeps every row, whichever column of a large library it sorts by', () => {
    const { rows } = madeUpLibrary(1500, 1_800_000_000_000)
    for (const column of columnIds) {
      const sorted = sortRows(rows, { column, descending: true })
      expect(new Set(ids(sorted)).size).toBe(rows.length)
    }
  })
})

describe('the filter', () => {
  const rows = [
    libraryRow({ id: 1, name: 'Büro-Server.qcow2' }),
    libraryRow({ id: 2, name: 'web.raw', formatLabel: 'raw', health: 'not-checked' }),
    libraryRow({ id: 3, name: 'db.qcow2', path: '/mnt/archive/db.qcow2', health: 'leaks' }),
  ]

  it('finds words regardless of case and accents', () => {
    expect(ids(filterRows(rows, { ...noFilter, text: 'BURO' }))).toEqual([1])
  })

  it('wants every word, in the name or the folder', () => {
    expect(ids(filterRows(rows, { ...noFilter, text: 'archive db' }))).toEqual([3])
    expect(ids(filterRows(rows, { ...noFilter, text: 'archive web' }))).toEqual([])
  })

  it('lets through the chosen health and formats only', () => {
    expect(ids(filterRows(rows, { ...noFilter, health: new Set(['leaks', 'healthy']) }))).toEqual([
      1, 3,
    ])
    expect(ids(filterRows(rows, { ...noFilter, formats: new Set(['raw']) }))).toEqual([2])
  })

  it('lets through what is used in one of the chosen ways', () => {
    const used = [
      libraryRow({ id: 1, usedBy: [{ source: 'libvirt', vm: 'web01', config: '/a.xml' }] }),
      libraryRow({ id: 2, childCount: 2 }),
      libraryRow({ id: 3, readOnly: true, use: { state: 'reading', holders: [] } }),
    ]
    expect(ids(filterRows(used, { ...noFilter, uses: new Set(['vm', 'children']) }))).toEqual([
      1, 2,
    ])
    expect(ids(filterRows(used, { ...noFilter, uses: new Set(['in-use']) }))).toEqual([3])
  })

  it('answers with the very rows when nothing is filtered', () => {
    expect(filterRows(rows, noFilter)).toBe(rows)
  })
})

const MiB = 1024 ** 2
const estimate = { at: 1, stale: false, isExact: false }

describe('the views of the sidebar', () => {
  const now = 100 * 86_400_000
  const rows = [
    libraryRow({ id: 1, modifiedAt: now - 1000 }),
    libraryRow({ id: 2, health: 'damaged' }),
    libraryRow({ id: 3, missingSince: 5 }),
    libraryRow({ id: 4, use: { state: 'writing', holders: [] }, folderId: 7 }),
    libraryRow({ id: 5, backing: { name: 'gone', state: 'missing' } }),
    libraryRow({ id: 6, isOrphan: true, usedAt: now - 2000 }),
    libraryRow({ id: 7, onDisk: 80 * MiB, reclaimable: { ...estimate, bytes: 20 * MiB } }),
    libraryRow({ id: 8, onDisk: 800 * MiB, reclaimable: { ...estimate, bytes: 20 * MiB } }),
    libraryRow({ id: 9, onDisk: 9000 * MiB, reclaimable: { ...estimate, bytes: 1024 * MiB } }),
    libraryRow({ id: 10, onDisk: 8 * MiB, reclaimable: { ...estimate, bytes: 7 * MiB } }),
  ]

  it('show the images they are named for', () => {
    expect(ids(scopeRows(rows, { kind: 'needs-care' }, now))).toEqual([2, 5])
    expect(ids(scopeRows(rows, { kind: 'missing' }, now))).toEqual([3])
    expect(ids(scopeRows(rows, { kind: 'in-use' }, now))).toEqual([4])
    expect(ids(scopeRows(rows, { kind: 'recent' }, now))).toEqual([1, 6])
    expect(ids(scopeRows(rows, { kind: 'orphans' }, now))).toEqual([6])
    expect(ids(scopeRows(rows, { kind: 'big-savings' }, now))).toEqual([7, 9])
    expect(ids(scopeRows(rows, { kind: 'folder', folderId: 7 }, now))).toEqual([4])
  })

  it('count what they show', () => {
    expect(countScopes(rows, now)).toEqual({
      all: 10,
      'needs-care': 2,
      'in-use': 1,
      missing: 1,
      'big-savings': 2,
      orphans: 1,
      recent: 2,
    })
  })
})

describe('the arrangement of columns', () => {
  it('covers every column of the contract once', () => {
    expect(columns.map(({ id }) => id)).toEqual(columnIds)
  })

  it('is the default until something is stored', () => {
    const shown = arrangeColumns(columns, []).filter((column) => column.shown)
    expect(shown.map(({ id }) => id)).toEqual([
      'health',
      'name',
      'status',
      'onDisk',
      'reclaimable',
      'virtualSize',
      'usedBy',
      'allocated',
      'format',
      'snapshots',
      'backing',
      'lastCheck',
    ])
  })

  it('keeps the stored order, widths and choice, and survives unknown columns', () => {
    const placed = arrangeColumns(columns, [
      { id: 'onDisk', width: 120, shown: true },
      { id: 'of-another-version', width: 50, shown: true },
      { id: 'health', width: 1, shown: false },
    ])
    expect(placed[0]).toMatchObject({ id: 'onDisk', width: 120 })
    expect(placed[1]).toMatchObject({ id: 'health', shown: false, width: 56 })
    expect(placed).toHaveLength(columns.length)
  })

  it('never hides the name', () => {
    const stored = changeColumn(arrangeColumns(columns, []), 'name', { shown: false })
    expect(arrangeColumns(columns, stored).find(({ id }) => id === 'name')?.shown).toBe(true)
  })

  it('changes one column and stores them all', () => {
    const placed = arrangeColumns(columns, [])
    const stored = changeColumn(placed, 'sha256', { shown: true, width: 90.4 })
    expect(stored).toHaveLength(columns.length)
    expect(stored.find(({ id }) => id === 'sha256')).toEqual({
      id: 'sha256',
      width: 90,
      shown: true,
    })
    expect(stored.find(({ id }) => id === 'health')?.shown).toBe(true)
  })
})

describe('a library of 10,000 images', () => {
  const { rows } = madeUpLibrary(10_000, 1_800_000_000_000)

  it('keeps every image, whatever column decides the order', () => {
    const all = ids(rows).toSorted((a, b) => a - b)
    for (const column of columnIds) {
      for (const descending of [false, true]) {
        const sorted = ids(sortRows(rows, { column, descending }))
        expect(sorted.toSorted((a, b) => a - b)).toEqual(all)
      }
    }
  })

  it('is narrowed to the images that have every word', () => {
    const found = filterRows(rows, { ...noFilter, text: 'web debian' })
    expect(found.length).toBeGreaterThan(0)
    expect(found.length).toBeLessThan(rows.length)
    expect(ids(filterRows(found, { ...noFilter, text: 'debian' }))).toEqual(ids(found))
  })
})
