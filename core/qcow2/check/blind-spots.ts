import type { CheckSubject } from './subject.ts'
import { hex } from './check-run.ts'
import type { FindingLog, NewFinding } from './finding-log.ts'
import type { BitmapLedger } from './bitmap-rules.ts'
import type { SnapshotLedger } from './snapshot-rules.ts'

/**
 * Facts of the header that no rule of QEMU's check looks at, for `reportHeader`. All of them were seen to
 * pass `qemu-img check` with exit code 0.
 */
export interface HeaderFacts {
  readonly headerLength: number
  /** Whether the header extensions end with their end marker. */
  readonly extensionsTerminated: boolean
  readonly markedCorrupt: boolean
  readonly markedDirty: boolean
  /** Autoclear bit 0 without a bitmaps extension, or the extension without the bit. */
  readonly bitmapsBit: boolean
  readonly hasBitmapsExtension: boolean
}

type Warning = Omit<NewFinding, 'kind' | 'harm'>

/** Warnings about the header. `live`: a running VM sets the dirty bit for as long as it runs. */
export function reportHeader(log: FindingLog, facts: HeaderFacts, live: boolean): void {
  const warn = (harm: NewFinding['harm'], warning: Omit<Warning, 'structure'>) => {
    log.add('warning', harm, 1, () => ({ structure: 'header', ...warning }))
  }
  if (facts.markedCorrupt) {
    const text = 'The image is marked corrupt: QEMU found damage while it wrote to it.'
    warn('structure', { rule: 'marked-corrupt', offset: 72, text })
  }
  if (facts.markedDirty && !live) {
    const text = 'The image was not closed properly: its refcounts may be out of date.'
    warn('refcounts', { rule: 'marked-dirty', offset: 72, text })
  }
  if (facts.headerLength % 8 !== 0) {
    const text = `The header's length (${facts.headerLength}) is no multiple of 8; other programs may refuse the image.`
    warn('structure', { rule: 'header-length-unaligned', offset: 100, text })
  }
  if (!facts.extensionsTerminated) {
    const text = 'The header extensions have no end marker; programs may take what follows for one.'
    warn('structure', { rule: 'extensions-not-terminated', offset: facts.headerLength, text })
  }
  if (facts.bitmapsBit && !facts.hasBitmapsExtension) {
    const text = 'The header says that bitmaps are valid, but there is no bitmaps extension.'
    warn('structure', { rule: 'bitmaps-bit-without-extension', offset: 88, text })
  }
  if (facts.hasBitmapsExtension && !facts.bitmapsBit) {
    const text =
      'The image has bitmaps that a program which does not know them made invalid; they are ignored, and the clusters they occupy count as leaked.'
    warn('space', { rule: 'bitmaps-invalidated', offset: 88, text })
  }
}

/** A table that the file ends inside of, or that lies past its end: what is missing reads as zeroes. */
export function reportTablesPastEnd(
  log: FindingLog,
  subject: CheckSubject,
  snapshots: SnapshotLedger,
): void {
  const length = subject.file.size()
  const tables = [
    { structure: 'L1 table', offset: subject.l1.offset, bytes: subject.l1.entries * 8 },
    {
      structure: 'refcount table',
      offset: subject.refcountTable.offset,
      bytes: subject.refcountTable.entries * 8,
    },
    { structure: 'snapshot table', offset: snapshots.tableOffset, bytes: snapshots.tableLength },
    ...snapshots.entries.map(({ l1Offset, l1Entries, id, name }) => ({
      structure: 'snapshot L1 table',
      offset: l1Offset,
      bytes: l1Entries * 8,
      snapshot: { id, name },
    })),
  ]
  for (const table of tables) {
    if (table.bytes > 0 && table.offset + table.bytes > length) reportCut(log, length, table)
  }
}

/** The file ends inside a table or data: `bytes` from `offset` should be there. */
export function reportCut(
  log: FindingLog,
  length: number,
  region: {
    readonly structure: string
    readonly offset: number
    readonly bytes: number
    readonly guest?: NewFinding['guest']
    readonly snapshot?: NewFinding['snapshot']
  },
): void {
  const { structure, offset, bytes, guest, snapshot } = region
  const missing = offset + bytes - Math.max(length, offset)
  log.add('warning', 'data', 1, () => ({
    rule: 'cut-by-end-of-file',
    structure,
    offset,
    guest,
    snapshot,
    text: `The file ends at ${hex(length)}, before the end of the ${structure} at ${hex(offset)}: ${missing} bytes are missing and read as zeroes.`,
  }))
}

/** Guest clusters that share a cluster of the external data file: writing one changes the other. */
export function reportSharedDataFile(log: FindingLog): void {
  log.add('warning', 'data', 1, () => ({
    rule: 'data-file-cluster-shared',
    structure: 'data cluster',
    text: 'Several guest clusters are stored in the same cluster of the external data file: writing one changes the others.',
  }))
}

/** Two snapshots or two bitmaps of one name: programs that look one up find the first only. */
export function reportDuplicates(
  log: FindingLog,
  snapshots: SnapshotLedger,
  bitmaps: BitmapLedger,
): void {
  const ids = new Set<string>()
  for (const { id, name } of snapshots.entries) {
    if (ids.has(id)) {
      log.add('warning', 'structure', 1, () => ({
        rule: 'snapshot-id-duplicate',
        structure: 'snapshot table',
        offset: snapshots.tableOffset,
        snapshot: { id, name },
        text: `More than one snapshot has the id ${id}; only the first can be reached by it.`,
      }))
    }
    ids.add(id)
  }
  const names = new Set<string>()
  for (const name of bitmaps.names) {
    if (names.has(name)) {
      log.add('warning', 'structure', 1, () => ({
        rule: 'bitmap-name-duplicate',
        structure: 'bitmap directory',
        text: `More than one bitmap is called “${name.slice(0, 80)}”.`,
      }))
    }
    names.add(name)
  }
}
