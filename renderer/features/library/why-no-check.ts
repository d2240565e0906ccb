import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { texts } from '../../texts/texts.ts'

/** Why there is nothing to check in an image of this format; undefined where there is. */
export function whyNoCheck({ format, formatLabel }: LibraryRow): string | undefined {
  const words = texts().inspector.health
  if (format === 'raw') return words.raw
  // A file that could not be read is worth another try; the job's error says what is wrong.
  return format === 'qcow2' || format === undefined ? undefined : words.otherFormat(formatLabel)
}
