import { unreachable } from '../../unreachable.ts'
import { nameFault, type SnapshotEntry } from './snapshot-choice.ts'
import { snapshotsTexts } from './snapshots-texts.ts'

/** Why a snapshot cannot have this name, in words; undefined when it can. */
export function whyNotName(
  name: string,
  snapshots: readonly SnapshotEntry[],
  own?: SnapshotEntry,
): string | undefined {
  const words = snapshotsTexts().sheet
  const fault = nameFault(name, snapshots, own)
  switch (fault) {
    case undefined:
      return own?.name === name ? words.sameName : undefined
    case 'empty':
      return words.needsName
    case 'too-long':
      return words.nameTooLong
    case 'taken':
      return words.nameTaken(name)
    default:
      return unreachable(fault)
  }
}
