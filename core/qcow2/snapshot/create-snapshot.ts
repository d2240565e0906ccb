import { wordFromNumber, word64, zeroWord } from '../../base/word64.ts'
import { BinaryWriter } from '../../base/binary.ts'
import { encodeName } from '../../base/text.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import { Restructure } from '../restructure/restructure.ts'
import { activeTree, exchangeActiveL1, writeSnapshotL1 } from './active-tree.ts'
import { countTree } from './count-tree.ts'
import { settleFlags } from './settle-flags.ts'
import { SnapshotList } from './snapshot-list.ts'
import { refuseDataFile } from './refuse-data-file.ts'

export interface CreateSnapshotOptions extends OperationContext {
  /** UTF-8 without NUL; no other snapshot may have it. */
  readonly name: string
  /** Unix time in milliseconds. */
  readonly takenAt: number
}

export interface CreatedSnapshot {
  /** The image as it is now. */
  readonly area: HeaderArea
  readonly entry: SnapshotEntry
}

/**
 * Keeps the present state of the disk as a snapshot. Both states then share every cluster and every L2
 * table, and the active one copies before it writes.
 *
 * The caller holds the file, has opened the image for writing (not dirty, not corrupt) and committed what
 * it changed. One atomic change: see Restructure for what a power cut leaves and for its errors. Besides
 * those: `invalid-argument`, `snapshot-exists`, `snapshots-full`, `snapshots-with-data-file`.
 */
export async function createSnapshot(
  file: WritableFile,
  area: HeaderArea,
  options: CreateSnapshotOptions,
): Promise<CreatedSnapshot> {
  refuseDataFile(file, area)
  const { geometry } = area
  const snapshots = new SnapshotList(file, area)
  const rawName = snapshots.newName(options.name)
  const date = dateOf(options.takenAt)
  const tree = activeTree(file, area)
  // What lies behind the disk in the active table is no part of it: a VM state that was applied once.
  const entries = geometry.l1EntriesNeeded

  using change = Restructure.begin(file, area, { ...options, refcounts: 'stored' })
  const context = { ...options, geometry }
  await countTree(change, { tree, entries }, 'add', context)
  const l1 = await settleFlags(change, tree, { ...context, sharedEntries: entries })
  const own = writeSnapshotL1(change, l1.slice(0, 2 * entries), geometry.clusterSize)
  const entry: SnapshotEntry = {
    ...own,
    ...date,
    id: snapshots.newId(),
    name: options.name,
    vmClock: zeroWord,
    vmStateSize32: 0,
    extraData: extraDataOf(geometry.virtualSize),
    rawId: encodeName(snapshots.newId()),
    rawName,
  }
  const fields = {
    ...exchangeActiveL1(change, area, tree, l1),
    ...snapshots.replace(change, [...snapshots.entries, entry]),
  }
  return { area: await change.commit(fields), entry }
}

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
