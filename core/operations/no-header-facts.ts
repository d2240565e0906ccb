import type { HeaderSummary } from './header-summary.ts'

/** What is known of a file before anybody has understood its header: nothing of what only a header tells. */
export const noHeaderFacts = {
  format: undefined,
  formatLabel: 'unknown',
  virtualSize: undefined,
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
  error: undefined,
} as const satisfies Partial<HeaderSummary>
