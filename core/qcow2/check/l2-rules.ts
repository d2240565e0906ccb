import { countRegion, hex, reportOverflow, type CheckRun, type Where } from './check-run.ts'
import type { L2Reference } from './l2-references.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { ZERO_LOW } from '../format/l2-entry.ts'
import {
  compressedSpan,
  endOfRun,
  entryKind,
  hasReservedBits,
  isCopied,
  isPlain,
} from './l2-layout.ts'

/** Cluster numbers are counted up to here, as in QEMU. */
const maxCluster = 2 ** 31

/** One entry of an L2 table, in the halves the loop reads. */
interface Entry {
  readonly index: number
  readonly low: number
  readonly high: number
  /** Extended L2: which subclusters are allocated and which read as zeroes; 0 otherwise. */
  readonly allocatedSubclusters: number
  readonly zeroSubclusters: number
}

/**
 * Walks one L2 table: counts what it refers to and reports its damaged entries. Runs of neighbouring
 * clusters, the usual case, are counted as a whole: the loop compares with the entry it expects next.
 */
export class L2Walk {
  readonly #run: CheckRun
  #table: L2Reference | undefined
  /** How often everything in this table counts. */
  #times = 1
  /** Where a cluster would have to lie to follow its predecessor; 0 when there is none yet. */
  #next = 0

  constructor(run: CheckRun) {
    this.#run = run
  }

  /** `words` is the table after `asWordTable`. */
  walk(table: L2Reference, words: Uint32Array): void {
    this.#table = table
    this.#times = table.active + table.inactive
    this.#next = 0
    if (this.#run.subject.l2EntryBytes === 16) this.#walkExtended(words)
    else this.#walkStandard(words)
  }

  #walkStandard(words: Uint32Array): void {
    const { clusterSize } = this.#run.subject
    const entries = words.length
    // Signed halves: the loop below then stays in 32-bit integers, twice as fast as with unsigned ones.
    const halves = new Int32Array(words.buffer, words.byteOffset, entries)
    let at = 0
    while (at < entries) {
      const low = halves[at] ?? 0
      const high = halves[at + 1] ?? 0
      if (low === 0 && high === 0) {
        at += 2
        continue
      }
      if (!isPlain(low, high, clusterSize)) {
        const index = at / 2
        const entry = { index, low: low >>> 0, high: high >>> 0 }
        this.#entry({ ...entry, allocatedSubclusters: 0, zeroSubclusters: 0 })
        at += 2
        continue
      }
      const from = at
      at = endOfRun(halves, from, clusterSize)
      this.#plainRun(from / 2, (at - from) / 2, low >>> 0, high >>> 0)
    }
  }

  #walkExtended(words: Uint32Array): void {
    for (let at = 0; at < words.length; at += 4) {
      const low = words[at] ?? 0
      const high = words[at + 1] ?? 0
      const allocatedSubclusters = words[at + 2] ?? 0
      const zeroSubclusters = words[at + 3] ?? 0
      if (low === 0 && high === 0 && allocatedSubclusters === 0) continue
      this.#entry({ index: at / 4, low, high, allocatedSubclusters, zeroSubclusters })
    }
  }

  #plainRun(index: number, length: number, low: number, high: number): void {
    const run = this.#run
    const { subject, statistics, flags } = run
    const offset = entryOffset(high, low)
    const active = this.#table?.active ?? 0
    if (active > 0 && run.reports) {
      statistics.allocated += length * active
      if (this.#next !== 0 && offset !== this.#next) statistics.fragmented += active
      this.#next = offset + length * subject.clusterSize
      if (!isCopied(high)) flags.withoutCopied += length
    }
    if (subject.hasDataFile) {
      for (let at = 0; at < length; at++) {
        this.#inDataFile(index + at, offset + at * subject.clusterSize)
      }
      return
    }
    const fits = Math.max(0, Math.ceil((subject.fileLength - offset) / subject.clusterSize))
    const counted = Math.min(length, fits)
    if (counted > 0) {
      const overflow = run.counts.add(offset / subject.clusterSize, counted, this.#times)
      if (overflow > 0) {
        const where = () => this.#where(index)
        reportOverflow(run, overflow, { offset, structure: 'data cluster', where })
      }
    }
    for (let extra = counted; extra < length; extra++) {
      flags.odd++
      this.#countData(index + extra, offset + extra * subject.clusterSize)
    }
  }

  /** Blind spots of QEMU's check, which looks at no offset in a data file. */
  #inDataFile(index: number, offset: number): void {
    const { subject, dataFileCounts, reports } = this.#run
    if (!reports) return
    const { clusterSize, dataFileRaw, dataFileLength } = subject
    const guest = (this.#table?.guestStart ?? 0) + index * clusterSize
    if (dataFileRaw && offset !== guest) {
      const what = `lies at ${hex(offset)} of the data file instead of ${hex(guest)}, where a raw data file has it`
      this.#warnDataFile('data-file-offset-not-raw', index, offset, what)
    }
    if (dataFileLength !== undefined && offset >= dataFileLength) {
      const what = `lies at ${hex(offset)}, past the end of the data file (${dataFileLength} bytes)`
      this.#warnDataFile('data-file-offset-past-end', index, offset, what)
    }
    const cluster = Math.floor(offset / clusterSize)
    if (cluster < maxCluster) dataFileCounts.add(cluster, 1)
  }

  #warnDataFile(rule: string, index: number, offset: number, what: string): void {
    this.#run.log.add('warning', 'data', 1, () => ({
      rule,
      structure: 'data cluster',
      offset,
      ...this.#where(index),
      text: `The content of guest offset ${hex(this.#where(index).guest?.start ?? 0)} ${what}.`,
    }))
  }

  #countData(index: number, offset: number): void {
    countRegion(this.#run, {
      offset,
      length: this.#run.subject.clusterSize,
      structure: 'data cluster',
      harm: 'data',
      times: this.#times,
      where: () => this.#where(index),
    })
  }

  #entry(entry: Entry): void {
    const kind = entryKind(this.#run.subject, entry.low, entry.high)
    if (kind !== 'compressed' && hasReservedBits(entry.low, entry.high)) {
      this.#damaged(entry, 'l2-entry-reserved-bits', 'structure', 'has reserved bits set')
    }
    switch (kind) {
      case 'compressed':
        this.#compressed(entry)
        break
      case 'normal':
      case 'zero-allocated':
        this.#allocated(entry, kind)
        break
      case 'unallocated':
        if (entry.allocatedSubclusters !== 0) {
          const what = 'marks subclusters as stored without a cluster to store them'
          this.#damaged(entry, 'l2-bitmap-without-cluster', 'data', what)
        }
        break
      case 'zero-plain':
        break
    }
    if (
      (entry.low & ZERO_LOW) !== 0 &&
      kind.startsWith('zero') &&
      this.#run.subject.version === 2
    ) {
      this.#warnZeroInVersion2(entry)
    }
  }

  #compressed(entry: Entry): void {
    const run = this.#run
    const { subject, statistics, flags } = run
    if (isCopied(entry.high)) {
      this.#damaged(entry, 'compressed-copied', 'refcounts', 'marks a compressed cluster as COPIED')
    }
    if (subject.hasDataFile) {
      const what = 'is compressed, which an image with a data file cannot have'
      this.#damaged(entry, 'compressed-with-data-file', 'data', what)
      return
    }
    if (entry.allocatedSubclusters !== 0 || entry.zeroSubclusters !== 0) {
      const what = 'is compressed but marks subclusters'
      this.#damaged(entry, 'compressed-with-subclusters', 'data', what)
      return
    }
    const span = compressedSpan(subject.clusterBits, entry.low, entry.high)
    if (span.offset + span.length > subject.fileLength) flags.odd++
    countRegion(run, {
      ...span,
      structure: 'compressed cluster',
      harm: 'data',
      times: this.#times,
      where: () => this.#where(entry.index),
    })
    if (!run.reports) return
    const active = this.#table?.active ?? 0
    statistics.allocated += active
    statistics.compressed += active
    statistics.fragmented += active
  }

  #allocated(entry: Entry, kind: 'normal' | 'zero-allocated'): void {
    const run = this.#run
    const { subject, statistics, flags } = run
    const offset = entryOffset(entry.high, entry.low)
    if ((entry.allocatedSubclusters & entry.zeroSubclusters) !== 0) {
      const what = 'marks subclusters as stored and as zeroes at once'
      this.#damaged(entry, 'l2-bitmap-contradicts', 'data', what)
    }
    if (offset % subject.clusterSize !== 0) {
      const holdsData =
        subject.l2EntryBytes === 16 ? entry.allocatedSubclusters !== 0 : kind === 'normal'
      const what = () => `refers to ${hex(offset)}, which is no multiple of the cluster size`
      this.#damaged(entry, 'data-offset-unaligned', holdsData ? 'data' : 'structure', what)
    }
    const active = this.#table?.active ?? 0
    if (active > 0 && run.reports) {
      statistics.allocated += active
      if (this.#next !== 0 && offset !== this.#next) statistics.fragmented += active
      this.#next = offset + subject.clusterSize
      if (!isCopied(entry.high)) flags.withoutCopied++
    }
    if (subject.hasDataFile) {
      this.#inDataFile(entry.index, offset)
      return
    }
    if (offset >= subject.fileLength || offset % subject.clusterSize !== 0) flags.odd++
    this.#countData(entry.index, offset)
  }

  #damaged(
    entry: Entry,
    rule: string,
    harm: 'data' | 'structure' | 'refcounts',
    // A sentence with a number in it is made only for a finding that is kept: noise has millions.
    what: string | (() => string),
  ): void {
    if (!this.#run.reports) return
    this.#run.log.add('corruption', harm, this.#times, () => {
      const where = this.#where(entry.index)
      return {
        rule,
        structure: 'L2 table',
        offset: where.reference?.offset,
        guest: where.guest,
        snapshot: where.snapshot,
        text: `An entry of the L2 table at ${hex(this.#table?.offset ?? 0)} ${typeof what === 'string' ? what : what()}.`,
      }
    })
  }

  /** Blind spot of QEMU's check: version 2 has no zero flag, and reading the cluster fails. */
  #warnZeroInVersion2(entry: Entry): void {
    if (!this.#run.reports) return
    this.#run.log.add('warning', 'data', 1, () => {
      const where = this.#where(entry.index)
      return {
        rule: 'zero-flag-in-version-2',
        structure: 'L2 table',
        offset: where.reference?.offset,
        guest: where.guest,
        snapshot: where.snapshot,
        text: `An entry of the L2 table at ${hex(this.#table?.offset ?? 0)} uses the zero flag, which version 2 images do not have; these guest bytes cannot be read.`,
      }
    })
  }

  #where(index: number): Where {
    const { subject, snapshots } = this.#run
    const table = this.#table
    if (table === undefined) return {}
    return {
      reference: { structure: 'L2 table', offset: table.offset + index * subject.l2EntryBytes },
      guest: {
        start: table.guestStart + index * subject.clusterSize,
        length: subject.clusterSize,
      },
      snapshot: snapshots.name(table.owner),
    }
  }
}
