import { rawVirtualSize } from '../image/raw-image.ts'
import type { HeaderSummary } from './header-summary.ts'
import { noHeaderFacts } from './no-header-facts.ts'

/**
 * What a summary says of a file that is taken for a raw disk: nothing that its first bytes may claim, for a guest can
 * write there what it likes.
 */
export const rawSummary = <Summary extends HeaderSummary>(summary: Summary): Summary => ({
  ...summary,
  ...noHeaderFacts,
  format: 'raw',
  formatLabel: 'raw',
  virtualSize: rawVirtualSize(summary.fileLength),
  dataFile: undefined,
})
