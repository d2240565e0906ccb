import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { texts } from '../../texts/texts.ts'

/** Why no map of the image can be made; undefined when it can. */
export function whyNoMap(row: LibraryRow): string | undefined {
  const { commands } = texts()
  if (row.missingSince !== undefined) return commands.missing
  if (row.error !== undefined) return commands.cannotRead
  return row.format === 'qcow2' || row.format === 'raw'
    ? undefined
    : commands.notOfFormat.map(row.formatLabel)
}
