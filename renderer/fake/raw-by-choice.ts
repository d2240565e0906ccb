import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { unknownFormat } from './made-up-errors.ts'

/** A file of no known format, as the services tell of it once a person said that it is a raw disk. */
export function takenForRaw({ error: _unknown, ...row }: LibraryRow): LibraryRow {
  return {
    ...row,
    format: 'raw',
    formatLabel: 'raw',
    health: 'not-checked',
    virtualSize: row.fileLength,
    treatedAsRaw: true,
  }
}

/** The same when its format is detected again. */
export function notADisk({
  format: _raw,
  virtualSize: _size,
  treatedAsRaw: _choice,
  ...row
}: LibraryRow): LibraryRow {
  return {
    ...row,
    formatLabel: 'unknown',
    health: 'cannot-read',
    error: unknownFormat(row.path),
  }
}
