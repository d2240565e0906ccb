import { texts } from '../../texts/texts.ts'
import { unreachable } from '../../unreachable.ts'
import { nameFault, type SnapshotEntry } from './snapshot-choice.ts'

/** Why a snapshot cannot have this name, in words; undefined when it can. */
export function whyNotName(
  name: string,
  snapshots: readonly SnapshotEntry[],
  own?: SnapshotEntry,
): string | undefined {
  const words = texts().snapshots.sheet
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
