import type { CompactPlan, CompactResult } from '../../core/index.ts'
import { modeWords } from './compact-words.ts'
import { headline } from './describe-compact-result.ts'
import type { FinishedChange } from './record-change.ts'

/** What the history keeps of a compaction. */
export function tellOfCompaction({
  result,
}: {
  readonly plan: CompactPlan
  readonly result?: CompactResult
}): FinishedChange {
  if (result === undefined || result.outcome === 'nothing-to-do') {
    return { summary: 'Nothing to give back, so nothing was written', facts: [] }
  }
  const { mode, receipt, originalKeptAs } = result
  return {
    summary: headline(result),
    facts: [
      ...(mode === undefined ? [] : [{ label: 'Mode', text: modeWords[mode] }]),
      { label: 'Zeroes', bytes: receipt.zeroBytes },
      { label: 'Moved', bytes: receipt.movedBytes },
      { label: 'Leaked clusters freed', bytes: receipt.leakedBytes },
      { label: 'Made holes', bytes: receipt.punchedBytes },
      { label: 'Read', bytes: receipt.bytesRead },
      { label: 'Written', bytes: receipt.bytesWritten },
      ...(originalKeptAs === undefined
        ? []
        : [{ label: 'Original kept as', text: originalKeptAs }]),
      {
        label: 'Proof',
        text: receipt.verified === true ? 'every state reads as before' : 'left out, as asked for',
      },
    ],
  }
}
