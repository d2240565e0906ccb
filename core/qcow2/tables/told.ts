import type { TableObserver } from './table-observer.ts'

/** Who is told what the tables do, if anybody: shared by all that has something to tell. */
export interface Told {
  observer: TableObserver | undefined
}
