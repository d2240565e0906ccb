import { BinaryWriter } from '../../base/binary.ts'
import { encodeName } from '../../base/text.ts'
import { word64, wordFromNumber, zeroWord } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { Geometry } from '../format/geometry.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import type { SnapshotList } from './snapshot-list.ts'

/** What somebody who makes a snapshot says of it. */
export interface NewSnapshot {
  /** UTF-8 without NUL; no other snapshot may have it. */
  readonly name: string
  /** Unix time in milliseconds. */
  readonly takenAt: number
}

/** The part of a new entry that tells it from the others. Throws `invalid-argument` or `snapshot-exists`. */
export function newSnapshotIdentity(
  snapshots: SnapshotList,
  { name, takenAt }: NewSnapshot,
): Pick<SnapshotEntry, 'id' | 'rawId' | 'name' | 'rawName' | 'dateSeconds' | 'dateNanoseconds'> {
  const id = snapshots.newId()
  const rawName = snapshots.newName(name)
  return { id, rawId: encodeName(id), name, rawName, ...dateOf(takenAt) }
}

/** The part of a new entry that tells what it holds: the disk alone, without a running machine. */
export const diskState = ({
  virtualSize,
}: Geometry): Pick<SnapshotEntry, 'vmClock' | 'vmStateSize32' | 'extraData'> => ({
  vmClock: zeroWord,
  vmStateSize32: 0,
  extraData: extraDataOf(virtualSize),
})

/** No VM state, the disk's size, and "no instruction counter" (specification, "Snapshots"). */
function extraDataOf(diskSize: number): Uint8Array {
  const writer = new BinaryWriter(24)
  writer.word(8, wordFromNumber(diskSize))
  writer.word(16, word64(ALL_ONES, ALL_ONES))
  return writer.bytes
}

const ALL_ONES = 0xffff_ffff
const LAST_SECOND = 0xffff_ffff

function dateOf(takenAt: number): Pick<SnapshotEntry, 'dateSeconds' | 'dateNanoseconds'> {
  const dateSeconds = Math.floor(takenAt / 1000)
  if (!(dateSeconds >= 0 && dateSeconds <= LAST_SECOND)) {
    throw new ImageError('invalid-argument', {
      field: 'The date of the snapshot',
      expected: 'a time between 1970 and 2106',
      found: String(takenAt),
    })
  }
  return { dateSeconds, dateNanoseconds: Math.floor((takenAt - dateSeconds * 1000) * 1e6) }
}
