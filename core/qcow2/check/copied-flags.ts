import { hex, type CheckRun, type Where } from './check-run.ts'
import { l1Pieces, type L1Entry } from './l1-rules.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { endOfRun, entryKind, isCopied, isPlain } from './l2-layout.ts'
import { L2References, type L2Reference } from './l2-references.ts'
import { guestBytesPerL2 } from './subject.ts'
import { asWordTable } from '../word-table.ts'

/**
 * The COPIED flag promises that a cluster may be written in place because its refcount is exactly one.
 * Compares the flags of the active L1 and L2 entries with the stored refcounts. (Snapshots' tables are
 * never written in place; nobody looks at their flags.)
 */
export async function checkCopiedFlags(run: CheckRun): Promise<void> {
  const references = new L2References()
  for await (const piece of l1Pieces(run, run.subject.l1)) {
    for (const entry of piece) {
      if (entry.l2Offset === 0) continue
      const refcount = run.stored.get(Math.floor(entry.l2Offset / run.subject.clusterSize))
      // QEMU leaves the whole table out when it cannot tell the table's own refcount.
      if (refcount === undefined) continue
      checkL1Entry(run, entry, refcount)
      if (entry.l2Offset >= run.subject.fileLength) continue
      if (references.isFull) await checkTables(run, references)
      references.add(
        {
          offset: entry.l2Offset,
          guestStart: entry.index * guestBytesPerL2(run.subject),
          entryOffset: entry.entryOffset,
          owner: -1,
        },
        1,
      )
    }
  }
  await checkTables(run, references)
}

function checkL1Entry(run: CheckRun, entry: L1Entry, refcount: number): void {
  const { subject, log } = run
  if ((refcount === 1) === entry.copied) return
  log.add('corruption', 'refcounts', 1, () => ({
    rule: 'copied-flag-wrong',
    structure: 'L1 table',
    offset: entry.entryOffset,
    guest: {
      start: entry.index * guestBytesPerL2(subject),
      length: guestBytesPerL2(subject),
    },
    text: `Entry ${entry.index} of the L1 table ${flagSentence(entry.copied, refcount)}.`,
  }))
}

const flagSentence = (copied: boolean, refcount: number): string =>
  copied
    ? `is marked COPIED, but its cluster has the refcount ${refcount}`
    : 'is not marked COPIED, but its cluster has the refcount 1'

async function checkTables(run: CheckRun, references: L2References): Promise<void> {
  const { subject, reader, context } = run
  const tables = references.drain()
  const buffer = new Uint8Array(subject.clusterSize)
  for (const [done, table] of tables.entries()) {
    reader.read(buffer, table.offset, 'l2-table')
    checkL2Table(run, table, asWordTable(buffer))
    const turn = run.breath()
    if (turn !== undefined) await turn
    context.onProgress?.({
      phase: 'flags',
      done: (done + 1) * subject.clusterSize,
      total: tables.length * subject.clusterSize,
      unit: 'bytes',
    })
  }
}

function checkL2Table(run: CheckRun, table: L2Reference, words: Uint32Array): void {
  const { subject } = run
  if (subject.l2EntryBytes === 16 || subject.hasDataFile) {
    checkEntries(run, table, { words, from: 0, to: subject.l2Entries })
    return
  }
  const halves = new Int32Array(words.buffer, words.byteOffset, words.length)
  for (let index = 0; index < subject.l2Entries;) {
    const low = halves[2 * index] ?? 0
    const high = halves[2 * index + 1] ?? 0
    let end = index + 1
    if (isPlain(low, high, subject.clusterSize)) {
      end = endOfRun(halves, 2 * index, subject.clusterSize) / 2
      const first = entryOffset(high >>> 0, low >>> 0) / subject.clusterSize
      if (run.stored.areOnes(first, end - index) === isCopied(high)) {
        index = end
        continue
      }
    }
    checkEntries(run, table, { words, from: index, to: end })
    index = end
  }
}

function checkEntries(
  run: CheckRun,
  table: L2Reference,
  { words, from, to }: { readonly words: Uint32Array; readonly from: number; readonly to: number },
): void {
  const { subject, stored } = run
  const stride = subject.l2EntryBytes / 4
  for (let index = from; index < to; index++) {
    const low = words[index * stride] ?? 0
    const high = words[index * stride + 1] ?? 0
    if (low === 0 && high === 0) continue
    const kind = entryKind(subject, low, high)
    if (kind !== 'normal' && kind !== 'zero-allocated') continue
    // Clusters of a data file have no refcounts: they count as referenced once.
    const refcount = subject.hasDataFile
      ? 1
      : stored.get(Math.floor(entryOffset(high, low) / subject.clusterSize))
    if (refcount === undefined || (refcount === 1) === isCopied(high)) continue
    reportEntry(run, table, { index, copied: isCopied(high), refcount })
  }
}

function reportEntry(
  run: CheckRun,
  table: L2Reference,
  entry: { readonly index: number; readonly copied: boolean; readonly refcount: number },
): void {
  const { subject, log } = run
  log.add('corruption', 'refcounts', table.active, () => {
    const at = table.offset + entry.index * subject.l2EntryBytes
    const guest: Where['guest'] = {
      start: table.guestStart + entry.index * subject.clusterSize,
      length: subject.clusterSize,
    }
    return {
      rule: 'copied-flag-wrong',
      structure: 'L2 table',
      offset: at,
      guest,
      text: `Entry ${entry.index} of the L2 table at ${hex(table.offset)} ${flagSentence(entry.copied, entry.refcount)}.`,
    }
  })
}
