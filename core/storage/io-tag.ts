/** What an access to an image file is for: names faults, traces and statistics instead of offsets. */
export type IoTag =
  | 'header'
  | 'l1-table'
  | 'l2-table'
  | 'refcount-table'
  | 'refcount-block'
  | 'snapshot-table'
  | 'bitmap'
  | 'data'
  | 'compressed'
