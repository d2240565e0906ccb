import type { CompactMode, FileExtent } from '../operations/compact-plan.ts'
import type { CompactReceipt, CompactResult } from '../operations/compact-result.ts'
import { formatBytes, formatInstant, formatPlural } from './format-quantity.ts'
import type { ToldChange } from './told-change.ts'

export const compactModeWords: Readonly<Record<CompactMode, string>> = {
  'in-place': 'in place',
  punch: 'punch',
  rewrite: 'rewrite',
  zeroes: 'zeroes only',
}

/** What the host has back, where it tells; else by how much the file gets shorter. */
export const freedBytes = (before: FileExtent, after: FileExtent): number =>
  Math.max(
    before.allocatedBytes === undefined || after.allocatedBytes === undefined
      ? before.fileLength - after.fileLength
      : before.allocatedBytes - after.allocatedBytes,
    0,
  )

/** What it came to, in one line. */
export function compactionWords(result: CompactResult): string {
  const { before, after, dataFile, mode, receipt } = result
  const shorter = before.fileLength - after.fileLength
  const inData = dataFile === undefined ? 0 : freedBytes(dataFile.before, dataFile.after)
  const freed = freedBytes(before, after) + inData
  const words = [
    mode === 'zeroes'
      ? `${formatBytes(receipt.zeroBytes)} of zeroes are no longer stored`
      : `${formatBytes(freed)} given back`,
    shorter > 0 ? `the file is ${formatBytes(shorter)} shorter` : 'the file is as long as before',
  ]
  return words.join(', ')
}

/** What the history keeps of a compaction. */
export function tellOfCompaction({
  result,
}: {
  readonly result?: CompactResult | undefined
}): ToldChange {
  if (result === undefined || result.outcome === 'nothing-to-do') {
    return { summary: 'Nothing to give back, so nothing was written', facts: [] }
  }
  const { mode, receipt, originalKeptAs } = result
  return {
    summary: compactionWords(result),
    facts: [
      ...(mode === undefined ? [] : [{ label: 'Mode', text: compactModeWords[mode] }]),
      { label: 'Zeroes', bytes: receipt.zeroBytes },
      { label: 'Moved', bytes: receipt.movedBytes },
      { label: 'Leaked clusters freed', bytes: receipt.leakedBytes },
      { label: 'Made holes', bytes: receipt.punchedBytes },
      { label: 'Read', bytes: receipt.bytesRead },
      { label: 'Written', bytes: receipt.bytesWritten },
      ...(originalKeptAs === undefined
        ? []
        : [{ label: 'Original kept as', text: originalKeptAs }]),
      ...proofFacts(receipt),
    ],
  }
}

const digestLabels: Readonly<Record<CompactReceipt['proofDigest'], string>> = {
  sha256: 'SHA-256, before and after',
  'sha256-of-data': 'SHA-256 of the data without zeroes, before and after',
}

/** That nothing a guest reads is different, and the value that says so. */
function proofFacts({
  verified,
  states,
  digestOf,
  proofDigest,
  finishedAt,
}: CompactReceipt): ToldChange['facts'] {
  const [active, ...snapshots] = states
  if (verified !== true) return [{ label: 'Proof', text: 'left out, as asked for' }]
  if (active === undefined) return [{ label: 'Proof', text: 'every state reads as before' }]
  const what = digestOf === 'content' ? 'Guest content' : 'Encrypted content'
  const also =
    snapshots.length === 0
      ? ''
      : `, and so is that of ${formatPlural(snapshots.length, 'snapshot')}`
  return [
    { label: what, text: `identical at ${formatInstant(finishedAt)}${also}` },
    { label: digestLabels[proofDigest], text: active.sha256.after },
  ]
}
