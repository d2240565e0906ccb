import { madeUpLibrary } from '../renderer/fake/library.ts'
import { columnIds } from '../renderer/features/library/column-values.ts'
import { filterRows } from '../renderer/features/library/filter-rows.ts'
import { sortRows } from '../renderer/features/library/sort-rows.ts'
import { noFilter } from '../renderer/state/filter.ts'
import type { InProcess } from './bench-case.ts'

/** A fixed time: dates in the made-up library do not move between runs. */
const now = 1_800_000_000_000

/** The window's list with 10,000 images, put in the order of its slowest column. */
export function slowestSort(): InProcess {
  const { rows } = madeUpLibrary(10_000, now)
  const times = (): number[] =>
    columnIds.map((column) => secondsOf(() => sortRows(rows, { column, descending: false })))
  return { kind: 'in-process', seconds: () => Promise.resolve(Math.max(...times())) }
}

/** The same list, narrowed to what two words find. */
export function textFilter(): InProcess {
  const { rows } = madeUpLibrary(10_000, now)
  const filter = { ...noFilter, text: 'web debian' }
  return {
    kind: 'in-process',
    seconds: () => Promise.resolve(secondsOf(() => filterRows(rows, filter))),
  }
}

function secondsOf(work: () => unknown): number {
  const from = performance.now()
  work()
  return (performance.now() - from) / 1000
}
