import { rawVirtualSize } from '../image/raw-image.ts'
import type { HeaderSummary } from './header-summary.ts'

/**
 * What a summary says of a file that is taken for a raw disk: nothing that its first bytes may claim, for a guest can
 * write there what it likes.
 */
export const rawSummary = <Summary extends HeaderSummary>(summary: Summary): Summary => ({
  ...summary,
  format: 'raw',
  formatLabel: 'raw',
  virtualSize: rawVirtualSize(summary.fileLength),
  clusterSize: undefined,
  refcountBits: undefined,
  compressionType: undefined,
  encryption: undefined,
  extendedL2: undefined,
  lazyRefcounts: undefined,
  dirty: false,
  corrupt: false,
  snapshotCount: undefined,
  bitmapCount: undefined,
  backing: undefined,
  dataFile: undefined,
  error: undefined,
})
