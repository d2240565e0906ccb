import { counted } from '../../format/counts.ts'
import { openSheet } from '../../state/sheets.ts'
import type { BatchWork } from './batch-work.ts'

/** Shows what this work on these images comes to. */
export const openBatch = (work: BatchWork, imageIds: readonly number[]): void =>
  openSheet({ kind: 'batch', work, subject: counted(imageIds.length, 'image'), imageIds })
