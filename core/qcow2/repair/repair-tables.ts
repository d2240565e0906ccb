import { l1Pieces } from '../check/l1-rules.ts'
import { L2References, type L2Reference } from '../check/l2-references.ts'
import type { CheckRun } from '../check/check-run.ts'
import { guestBytesPerL2, type CheckSubject, type TableLocation } from '../check/subject.ts'
import { BinaryWriter } from '../../base/binary.ts'
import { limits } from '../format/constants.ts'
import type { SnapshotEntry } from '../format/snapshot-table.ts'
import type { EntryWords } from '../tables/image-tables.ts'
import { asWordTable, readWordTable, type WordTable } from '../word-table.ts'
import type { EditedTables } from './edited-tables.ts'
import { repairL1Entry, repairL2Entry } from './repair-entry.ts'
import type { StepLog } from './step-log.ts'

/** What is needed to look through tables; the reader reads them as they are edited. */
type Looking = Pick<CheckRun, 'subject' | 'reader' | 'breath'>

/** At most so many things can be wrong with one entry; a repair that brings another one is a defect. */
const maxRepairsPerEntry = 8

/**
 * Corrects the L1 and L2 tables of the active state and of snapshots: what is safe, and what the log
 * allows; everything else is noted as an offer. L2 tables in places that cannot be tables are left out.
 */
export async function repairTables(
  run: Looking,
  edited: EditedTables,
  log: StepLog,
  snapshots: readonly SnapshotEntry[],
): Promise<void> {
  const repair = new TableRepair(run, edited, log, snapshots)
  await repair.tree(run.subject.l1, -1)
  for (const [owner, { l1TableOffset: offset, l1Size: entries }] of snapshots.entries()) {
    const isUsable = offset % run.subject.clusterSize === 0 && entries * 8 <= limits.l1Table
    if (isUsable) await repair.tree({ offset, entries }, owner)
  }
}

class TableRepair {
  readonly #run: Looking
  readonly #subject: CheckSubject
  readonly #edited: EditedTables
  readonly #log: StepLog
  readonly #snapshots: readonly SnapshotEntry[]
  /** Tables that were looked at: snapshots share most of theirs. */
  readonly #seen = new Set<number>()

  constructor(
    run: Looking,
    edited: EditedTables,
    log: StepLog,
    snapshots: readonly SnapshotEntry[],
  ) {
    this.#run = run
    this.#subject = run.subject
    this.#edited = edited
    this.#log = log
    this.#snapshots = snapshots
  }

  async tree(l1: TableLocation, owner: number): Promise<void> {
    const references = new L2References()
    const repairAll = async () => {
      for (const table of references.drain()) {
        this.#l2Table(table)
        const pause = this.#run.breath()
        if (pause !== undefined) await pause
      }
    }
    const { clusterSize, fileLength } = this.#subject
    for await (const piece of l1Pieces(this.#run, l1)) {
      for (const { index, entryOffset, l2Offset: offset, hasReservedBits } of piece) {
        const isPlace = offset !== 0 && offset % clusterSize === 0 && offset < fileLength
        if (!isPlace || hasReservedBits) this.#l1Entry(index, entryOffset, owner)
        if (!isPlace) continue
        if (this.#seen.has(offset)) continue
        this.#seen.add(offset)
        if (references.isFull) await repairAll()
        const guestStart = index * guestBytesPerL2(this.#subject)
        references.add({ offset, guestStart, entryOffset, owner }, 1)
      }
    }
    await repairAll()
  }

  #l1Entry(index: number, at: number, owner: number): void {
    const [low = 0, high = 0] = readWordTable(this.#edited, { at, entries: 1, tag: 'l1-table' })
    const repair = repairL1Entry({ low, high }, this.#subject)
    if (repair === undefined) return
    const start = index * guestBytesPerL2(this.#subject)
    const length = Math.min(guestBytesPerL2(this.#subject), this.#subject.virtualSize - start)
    const lost = { start, length, snapshot: this.#snapshots[owner]?.name }
    this.#log.note(repair.step, repair.losesAll && length > 0 ? lost : undefined)
    if (!this.#log.allows(repair.step)) return
    const writer = new BinaryWriter(8)
    writer.word(0, repair.entry)
    this.#edited.edit(writer.bytes, at, 'l1-table')
  }

  #l2Table(table: L2Reference): void {
    const { l2EntryBytes, l2Entries, clusterSize } = this.#subject
    const bytes = new Uint8Array(clusterSize)
    this.#run.reader.read(bytes, table.offset, 'l2-table')
    const words = asWordTable(bytes)
    const stride = l2EntryBytes / 4
    let changed = false
    for (let index = 0; index < l2Entries; index++) {
      const at = index * stride
      const isEmpty = words[at] === 0 && words[at + 1] === 0
      if (isEmpty && (stride === 2 || words[at + 2] === 0)) continue
      const stored = entryAt(words, at, stride)
      const entry = this.#l2Entry(stored, table, index)
      if (entry === stored) continue
      putEntry(words, at, stride, entry)
      changed = true
    }
    if (!changed) return
    asWordTable(bytes)
    this.#edited.edit(bytes, table.offset, 'l2-table')
  }

  /** The entry as it should be; the same one when nothing is wrong with it, or nothing may be done. */
  #l2Entry(stored: EntryWords, table: L2Reference, index: number): EntryWords {
    let entry = stored
    for (let done = 0; done < maxRepairsPerEntry; done++) {
      const repair = repairL2Entry(entry, this.#subject)
      if (repair === undefined) break
      this.#log.note(repair.step, this.#lost(repair.lost, table, index))
      // What comes after may rest on what was not allowed.
      if (!this.#log.allows(repair.step)) break
      entry = repair.entry
    }
    return entry
  }

  #lost(
    range: { readonly start: number; readonly length: number } | undefined,
    { guestStart, owner }: L2Reference,
    index: number,
  ) {
    if (range === undefined) return undefined
    const { clusterSize, virtualSize } = this.#subject
    const start = guestStart + index * clusterSize + range.start
    const length = Math.min(range.length, virtualSize - start)
    // Entries past the end of the disk hold nothing a guest could lose.
    if (length <= 0 && owner < 0) return undefined
    return { start, length: Math.max(length, 0), snapshot: this.#snapshots[owner]?.name }
  }
}

const entryAt = (words: WordTable, at: number, stride: number): EntryWords => ({
  low: words[at] ?? 0,
  high: words[at + 1] ?? 0,
  alloc: stride === 4 ? (words[at + 2] ?? 0) : 0,
  zeroes: stride === 4 ? (words[at + 3] ?? 0) : 0,
})

function putEntry(words: WordTable, at: number, stride: number, entry: EntryWords): void {
  words[at] = entry.low
  words[at + 1] = entry.high
  if (stride !== 4) return
  words[at + 2] = entry.alloc
  words[at + 3] = entry.zeroes
}
