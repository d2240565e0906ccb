import { reportCut } from './blind-spots.ts'
import { checkBitmaps } from './bitmap-rules.ts'
import { countRegion, hex, type CheckRun } from './check-run.ts'
import { collectL1 } from './l1-rules.ts'
import { L2References, type L2Reference } from './l2-references.ts'
import { L2Walk } from './l2-rules.ts'
import { checkRefcountTable } from './refcount-table-rules.ts'
import type { SnapshotEntry } from './snapshot-rules.ts'
import { guestBytesPerL2 } from './subject.ts'
import { asWordTable } from '../word-table.ts'

const maxL1Entries = 4 * 2 ** 20

/** Visits everything in the file that refers to clusters, in QEMU's order where the order matters. */
export async function walkReferences(run: CheckRun): Promise<void> {
  const { subject } = run
  countRegion(run, { offset: 0, length: subject.clusterSize, structure: 'header' })

  const references = new L2References()
  const whenFull = () => walkL2Tables(run, references)
  const l1 = { table: subject.l1, owner: -1, times: 1, references, whenFull }
  await collectL1(run, l1)
  if (subject.hasDataFile && run.snapshots.entries.length > 0) reportSnapshotsWithDataFile(run)
  for (const { owner, times } of usableSnapshots(run)) {
    const entry = run.snapshots.entries[owner]
    if (entry === undefined) continue
    const table = { offset: entry.l1Offset, entries: entry.l1Entries }
    await collectL1(run, { table, owner, times, references, whenFull })
  }
  await walkL2Tables(run, references)

  const { tableOffset, tableLength } = run.snapshots
  countRegion(run, { offset: tableOffset, length: tableLength, structure: 'snapshot table' })
  const { refcountTable, cryptoHeader } = subject
  countRegion(run, {
    offset: refcountTable.offset,
    length: refcountTable.entries * 8,
    structure: 'refcount table',
  })
  if (cryptoHeader !== undefined) countRegion(run, { ...cryptoHeader, structure: 'LUKS header' })
  await checkBitmaps(run)
  // Last: a block that somebody else referred to before is what its rule is about.
  await checkRefcountTable(run)
}

async function walkL2Tables(run: CheckRun, references: L2References): Promise<void> {
  const { subject, reader, context } = run
  const tables = references.drain()
  const total = tables.length * subject.clusterSize
  const buffer = new Uint8Array(subject.clusterSize)
  const walk = new L2Walk(run)
  const stored = subject.file.allocatedBytes() ?? Infinity
  const mayBeHoles = total > stored
  for (const [done, table] of tables.entries()) {
    if (!mayBeHoles || !isHole(run, table.offset)) {
      reader.read(buffer, table.offset, 'l2-table')
      if (table.offset + subject.clusterSize > subject.fileLength) reportCutL2(run, table)
      walk.walk(table, asWordTable(buffer))
    }
    const turn = run.breath()
    if (turn !== undefined) await turn
    const phase = 'tables'
    context.onProgress?.({ phase, done: (done + 1) * subject.clusterSize, total, unit: 'bytes' })
  }
}

function reportCutL2(run: CheckRun, table: L2Reference): void {
  if (!run.reports) return
  reportCut(run.log, run.subject.fileLength, {
    structure: 'L2 table',
    offset: table.offset,
    bytes: run.subject.clusterSize,
    guest: { start: table.guestStart, length: guestBytesPerL2(run.subject) },
    snapshot: run.snapshots.name(table.owner),
  })
}

/**
 * A table that the host does not even store is all zero. Worth asking when there are more tables than
 * stored bytes: a file made of holes then costs no reads.
 */
function isHole({ subject }: CheckRun, offset: number): boolean {
  const length = subject.file.size()
  if (offset >= length) return true
  const { kind, end } = subject.file.hostRun(offset)
  return kind === 'hole' && end >= Math.min(offset + subject.clusterSize, length)
}

function reportSnapshotsWithDataFile(run: CheckRun): void {
  if (!run.reports) return
  const count = run.snapshots.entries.length
  run.log.add('corruption', 'structure', 1, () => ({
    rule: 'snapshots-with-data-file',
    structure: 'snapshot table',
    offset: run.snapshots.tableOffset,
    text: `The image has an external data file and ${count} ${count === 1 ? 'snapshot' : 'snapshots'}; snapshots cannot keep the content of a data file.`,
  }))
}

/** Snapshots whose L1 table can be followed, those that share one table together. */
function usableSnapshots(run: CheckRun): Iterable<{ readonly owner: number; times: number }> {
  const { snapshots } = run
  const byTable = new Map<string, { readonly owner: number; times: number }>()
  for (const [owner, entry] of snapshots.entries.entries()) {
    if (isDamaged(run, entry)) continue
    const key = `${entry.l1Offset} ${entry.l1Entries}`
    const known = byTable.get(key)
    if (known === undefined) byTable.set(key, { owner, times: 1 })
    else known.times++
  }
  return byTable.values()
}

function isDamaged(run: CheckRun, entry: SnapshotEntry): boolean {
  const unaligned = !entry.l1Aligned
  if (!unaligned && entry.l1Entries <= maxL1Entries) return false
  if (run.reports) {
    run.log.add('corruption', 'data', 1, () => ({
      rule: unaligned ? 'snapshot-l1-unaligned' : 'snapshot-l1-too-large',
      structure: 'snapshot table',
      offset: run.snapshots.tableOffset,
      snapshot: { id: entry.id, name: entry.name },
      text: unaligned
        ? `The snapshot “${entry.name}” refers to an L1 table at ${hex(entry.l1Offset)}, which is no multiple of the cluster size; the snapshot cannot be used.`
        : `The snapshot “${entry.name}” claims an L1 table of ${entry.l1Entries} entries; the limit is 4,194,304.`,
    }))
  }
  return true
}
