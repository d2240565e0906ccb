import { isAligned } from '../../base/bits.ts'
import { BinaryWriter } from '../../base/binary.ts'
import type { CheckSubject } from '../check/subject.ts'
import { L1_ENTRY_BYTES, limits } from '../format/constants.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import type { StoredSnapshots } from './snapshot-ledger.ts'
import type { StepLog } from './step-log.ts'

/** Version 3 entries hold at least the 64-bit VM state size and the disk size. */
const REQUIRED_EXTRA_BYTES = 16

/**
 * The snapshots that stay, with entries as the format asks for them; undefined when the table stays as it
 * is. A table that cannot be read to its end stays as it is, too, unless dropping is agreed to.
 */
export function repairSnapshots(
  stored: StoredSnapshots,
  subject: CheckSubject,
  log: StepLog,
): readonly SnapshotEntry[] | undefined {
  const broken = stored.entries.filter((entry) => subject.hasDataFile || isBroken(entry, subject))
  const unread = subject.snapshots.count - stored.entries.length
  if (broken.length + unread > 0) {
    log.note('drop-broken-snapshots', undefined, broken.length + unread)
  }
  const drops = log.allows('drop-broken-snapshots')
  if (stored.overhangs && !drops) return undefined
  const kept = drops ? stored.entries.filter((entry) => !broken.includes(entry)) : stored.entries
  const complete = kept.map((entry) => completed(entry, subject))
  const completions = complete.filter((entry, index) => entry !== kept[index]).length
  if (completions > 0) log.note('snapshot-entries', undefined, completions)
  const isDamaged = stored.overhangs || stored.isMisplaced || stored.cutsExtraData
  const isSame = completions === 0 && kept.length === stored.entries.length
  return isSame && !isDamaged ? undefined : complete
}

function isBroken({ l1TableOffset, l1Size }: SnapshotEntry, subject: CheckSubject): boolean {
  const bytes = l1Size * L1_ENTRY_BYTES
  if (!isAligned(l1TableOffset, subject.clusterSize) || bytes > limits.l1Table) return true
  return bytes > 0 && l1TableOffset + bytes >= subject.fileLength + subject.clusterSize
}

/** With the VM state size in 64 bits and the disk size, which QEMU takes for the present one, too. */
function completed(entry: SnapshotEntry, subject: CheckSubject): SnapshotEntry {
  const { extraData } = entry
  if (subject.version === 2 || extraData.length >= REQUIRED_EXTRA_BYTES) return entry
  const writer = new BinaryWriter(REQUIRED_EXTRA_BYTES)
  writer.u64(0, entry.vmStateSize32)
  writer.u64(8, subject.virtualSize)
  // What is there already is whole fields only: half a field says nothing.
  writer.put(0, extraData.subarray(0, extraData.length >= 8 ? 8 : 0))
  return { ...entry, extraData: writer.bytes }
}
