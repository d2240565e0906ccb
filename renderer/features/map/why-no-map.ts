import type { LibraryRow } from '../../../ipc/schemas/library.ts'

/** Why no map of the image can be made; undefined when it can. */
export function whyNoMap(row: LibraryRow): string | undefined {
  if (row.missingSince !== undefined) return 'The file is missing'
  if (row.error !== undefined) return 'The file cannot be read'
  return row.format === 'qcow2' || row.format === 'raw'
    ? undefined
    : `Platter cannot map ${row.formatLabel} images`
}
