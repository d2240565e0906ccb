import { countRegion, hex, type CheckRun, type Where } from './check-run.ts'
import { entryOffset as l2OffsetIn } from '../format/l1-entry.ts'
import { isCopied } from './l2-layout.ts'
import type { L2References } from './l2-references.ts'
import { guestBytesPerL2, type TableLocation } from './subject.ts'
import { asWordTable } from '../word-table.ts'

/** Entries come a piece at a time: one promise for 16,384 of them. */
const pieceBytes = 2 ** 17
/** Bits 0 to 8 and 56 to 62. */
const reservedHigh = 0x7f00_0000
const reservedLow = 0x1ff

export interface L1Entry {
  readonly index: number
  /** Host offset of the entry itself. */
  readonly entryOffset: number
  /** Offset of the L2 table it refers to; 0 when it refers to none. */
  readonly l2Offset: number
  readonly copied: boolean
  readonly hasReservedBits: boolean
}

/** The non-zero entries of an L1 table, read in pieces. What lies past the end of the file is zero. */
export async function* l1Pieces(
  run: Pick<CheckRun, 'subject' | 'reader' | 'breath'>,
  table: TableLocation,
): AsyncGenerator<readonly L1Entry[]> {
  const { subject, reader } = run
  const inFile = Math.max(0, Math.ceil((subject.fileLength - table.offset) / 8))
  const entries = Math.min(table.entries, inFile)
  const piece = new Uint8Array(Math.min(pieceBytes, entries * 8))
  for (let first = 0; first < entries; first += piece.length / 8) {
    const count = Math.min(entries - first, piece.length / 8)
    const bytes = piece.subarray(0, count * 8)
    reader.read(bytes, table.offset + first * 8, 'l1-table')
    const words = asWordTable(bytes)
    const found: L1Entry[] = []
    for (let index = 0; index < count; index++) {
      const low = words[2 * index] ?? 0
      const high = words[2 * index + 1] ?? 0
      if (low === 0 && high === 0) continue
      found.push({
        index: first + index,
        entryOffset: table.offset + (first + index) * 8,
        l2Offset: l2OffsetIn(high, low),
        copied: isCopied(high),
        hasReservedBits: (high & reservedHigh) !== 0 || (low & reservedLow) !== 0,
      })
    }
    yield found
    await run.breath()
  }
}

export interface L1Options {
  readonly table: TableLocation
  /** A snapshot's index, or -1 for the active table. */
  readonly owner: number
  /** How many snapshots have this very table. */
  readonly times: number
  readonly references: L2References
  /** Makes room in `references`. */
  readonly whenFull: () => Promise<void>
}

const l1Structure = (owner: number): string => (owner < 0 ? 'L1 table' : 'snapshot L1 table')

/** Checks one L1 table and collects the L2 tables it refers to. */
export async function collectL1(run: CheckRun, options: L1Options): Promise<void> {
  const { subject, snapshots } = run
  const { table, owner, times, references, whenFull } = options
  const structure = l1Structure(owner)
  const snapshot = snapshots.name(owner)
  countRegion(run, {
    offset: table.offset,
    length: table.entries * 8,
    structure,
    harm: 'data',
    times,
    where: () => ({ snapshot }),
  })
  for await (const piece of l1Pieces(run, table)) {
    for (const entry of piece) {
      checkEntry(run, options, entry)
      if (entry.l2Offset >= subject.fileLength) continue
      if (references.isFull) await whenFull()
      const { l2Offset: offset, entryOffset } = entry
      const guestStart = entry.index * guestBytesPerL2(subject)
      references.add({ offset, guestStart, entryOffset, owner }, times)
    }
  }
}

function checkEntry(run: CheckRun, { owner, times }: L1Options, entry: L1Entry): void {
  const { subject, log, flags } = run
  const structure = l1Structure(owner)
  const where = (): Where => ({
    reference: { structure, offset: entry.entryOffset },
    guest: {
      start: entry.index * guestBytesPerL2(subject),
      length: guestBytesPerL2(subject),
    },
    snapshot: run.snapshots.name(owner),
  })
  if (!entry.copied && owner < 0) flags.withoutCopied++
  if (entry.l2Offset >= subject.fileLength) flags.odd++
  const region = { offset: entry.l2Offset, length: subject.clusterSize, structure: 'L2 table' }
  countRegion(run, { ...region, harm: 'data', times, where })
  if (!run.reports) return
  if (entry.hasReservedBits) {
    log.add('corruption', 'structure', times, () => ({
      rule: 'l1-entry-reserved-bits',
      structure,
      offset: entry.entryOffset,
      ...where(),
      text: `Entry ${entry.index} of the ${structure} has reserved bits set.`,
    }))
  }
  if (entry.l2Offset % subject.clusterSize !== 0) {
    flags.odd++
    log.add('corruption', 'data', times, () => ({
      rule: 'l2-table-unaligned',
      structure,
      offset: entry.entryOffset,
      ...where(),
      text: `Entry ${entry.index} of the ${structure} refers to an L2 table at ${hex(entry.l2Offset)}, which is no multiple of the cluster size.`,
    }))
  }
}
