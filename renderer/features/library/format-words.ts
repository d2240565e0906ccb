import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { texts } from '../../texts/texts.ts'

/** Names of formats are the same in every language; that nobody knows the format has words. */
export const formatWords = ({
  format,
  formatLabel,
}: Pick<LibraryRow, 'format' | 'formatLabel'>): string =>
  format === undefined ? texts().common.unknown : formatLabel
