import type { Finding } from '../../operations/check-result.ts'
import { hex, type CheckRun } from './check-run.ts'
import { l1Pieces, type L1Entry } from './l1-rules.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { isCompressed } from '../format/l2-entry.ts'
import { compressedSpan, entryKind } from './l2-layout.ts'
import { guestBytesPerL2, MetadataReader, TooMuchMetadata, type TableLocation } from './subject.ts'
import { asWordTable } from '../word-table.ts'

/** What a miscounted cluster holds. */
type Owner = Pick<Finding, 'guest' | 'snapshot' | 'reference'> & { readonly holds: string }

/** Findings about a cluster's refcount know the cluster; people want to know what is in it. */
const rulesWithoutOwner: ReadonlySet<string> = new Set(['refcount-too-low'])

/**
 * Finds the first guest bytes (and snapshot) that each miscounted cluster holds, by one more look through
 * the tables. Runs only for images that have such findings; what it cannot find stays unnamed.
 */
export async function nameOwners(run: CheckRun): Promise<void> {
  const wanted = new Map<number, Owner | undefined>()
  run.log.amend((finding) => {
    if (rulesWithoutOwner.has(finding.rule) && finding.offset !== undefined) {
      wanted.set(finding.offset / run.subject.clusterSize, undefined)
    }
    return finding
  })
  if (wanted.size === 0) return
  // A budget of its own: naming must not be what makes a check end early.
  const reader = new MetadataReader(run.subject.file, metadataLimit(run))
  try {
    await new OwnerSearch({ ...run, reader, context: {} }, wanted).search()
  } catch (error) {
    if (!(error instanceof TooMuchMetadata)) throw error
  }
  run.log.amend((finding) => {
    if (!rulesWithoutOwner.has(finding.rule) || finding.offset === undefined) return finding
    const owner = wanted.get(finding.offset / run.subject.clusterSize)
    if (owner === undefined) return finding
    const { holds, ...facts } = owner
    return {
      ...finding,
      ...facts,
      text: `${finding.text} ${finding.count === 1 ? 'It' : 'The first'} ${holds}`,
    }
  })
}

const metadataLimit = ({ subject }: CheckRun): number => 2 * subject.file.size() + 2 ** 26

class OwnerSearch {
  readonly #run: CheckRun
  readonly #wanted: Map<number, Owner | undefined>
  readonly #seen = new Set<number>()
  readonly #table: Uint8Array<ArrayBuffer>
  #missing: number

  constructor(run: CheckRun, wanted: Map<number, Owner | undefined>) {
    this.#run = run
    this.#wanted = wanted
    this.#missing = wanted.size
    this.#table = new Uint8Array(run.subject.clusterSize)
  }

  async search(): Promise<void> {
    await this.#searchL1(this.#run.subject.l1, -1)
    for (const [owner, entry] of this.#run.snapshots.entries.entries()) {
      if (entry.l1Aligned) {
        await this.#searchL1({ offset: entry.l1Offset, entries: entry.l1Entries }, owner)
      }
    }
  }

  async #searchL1(table: TableLocation, owner: number): Promise<void> {
    const { subject } = this.#run
    for await (const piece of l1Pieces(this.#run, table)) {
      for (const entry of piece) {
        if (this.#missing === 0) return
        if (entry.l2Offset === 0 || entry.l2Offset >= subject.fileLength) continue
        if (this.#seen.has(entry.l2Offset)) continue
        this.#seen.add(entry.l2Offset)
        this.#searchL2(entry, owner)
        const turn = this.#run.breath()
        if (turn !== undefined) await turn
      }
    }
  }

  #searchL2(l1Entry: L1Entry, owner: number): void {
    const { subject, reader, snapshots } = this.#run
    const coverage = guestBytesPerL2(subject)
    const start = l1Entry.index * coverage
    const snapshot = snapshots.name(owner)
    const whose = snapshot === undefined ? '' : ` of the snapshot “${snapshot.name}”`
    this.#found(l1Entry.l2Offset / subject.clusterSize, () => ({
      guest: { start, length: coverage },
      snapshot,
      reference: { structure: 'L1 table', offset: l1Entry.entryOffset },
      holds: `is the L2 table for guest offset ${hex(start)} on${whose}.`,
    }))
    if (subject.hasDataFile) return
    reader.read(this.#table, l1Entry.l2Offset, 'l2-table')
    const words = asWordTable(this.#table)
    const stride = subject.l2EntryBytes / 4
    for (let index = 0; index < subject.l2Entries; index++) {
      const low = words[index * stride] ?? 0
      const high = words[index * stride + 1] ?? 0
      if (low === 0 && high === 0) continue
      const cluster = this.#clusterOf(low, high)
      if (cluster === undefined) continue
      this.#found(cluster, () => {
        const guest = { start: start + index * subject.clusterSize, length: subject.clusterSize }
        const offset = l1Entry.l2Offset + index * subject.l2EntryBytes
        const reference = { structure: 'L2 table', offset }
        const holds = `holds guest offset ${hex(guest.start)}${whose}.`
        return { guest, snapshot, reference, holds }
      })
    }
  }

  #clusterOf(low: number, high: number): number | undefined {
    const { subject } = this.#run
    if (isCompressed(high)) {
      const { offset } = compressedSpan(subject.clusterBits, low, high)
      return Math.floor(offset / subject.clusterSize)
    }
    const kind = entryKind(subject, low, high)
    if (kind !== 'normal' && kind !== 'zero-allocated') return undefined
    return Math.floor(entryOffset(high, low) / subject.clusterSize)
  }

  #found(cluster: number, owner: () => Owner): void {
    if (!this.#wanted.has(cluster) || this.#wanted.get(cluster) !== undefined) return
    this.#wanted.set(cluster, owner())
    this.#missing--
  }
}
