/**
 * Steps that give something up, each done only when a person agreed to it by name:
 *
 * - `unmap-past-end`: entries that refer past the end of the file; what was there is gone already
 * - `unmap-unaligned`: entries that refer to no cluster's beginning, so that nobody can say what they meant
 * - `unmap-contradicting`: entries whose parts contradict each other, which no program reads
 * - `drop-broken-snapshots`: snapshots without a usable table, or that the image may not have
 * - `drop-bitmaps`: all persistent bitmaps, because their directory or a table of theirs is damaged
 */
export const dataLossSteps = [
  'unmap-past-end',
  'unmap-unaligned',
  'unmap-contradicting',
  'drop-broken-snapshots',
  'drop-bitmaps',
] as const
export type DataLossStep = (typeof dataLossSteps)[number]
