import { isAligned } from '../../base/bits.ts'
import type { OperationContext } from '../../progress.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { metadataLimit } from '../check/check-qcow2.ts'
import type { ReferenceCounts } from '../check/reference-counts.ts'
import { StoredRefcounts } from '../check/stored-refcounts.ts'
import { checkSubjectOf } from '../check/subject-of.ts'
import { MetadataReader, type CheckSubject } from '../check/subject.ts'
import { limits } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { entryOffset } from '../format/l1-entry.ts'
import { asWordTable, type WordTable } from '../word-table.ts'
import { cleanBitmapDirectory } from './clean-bitmap-directory.ts'
import { cleanHeader } from './clean-header.ts'
import { cleanL1 } from './clean-l1.ts'
import { cleanRefcountTable } from './clean-refcount-table.ts'
import { cleanSnapshotTable, type CleanTable, type TablePlace } from './clean-snapshot-table.ts'
import { countReferences } from './count-references.ts'
import { markData } from './mark-data.ts'
import { MetadataClaims, type Structure } from './metadata-claims.ts'
import type { NameKeeper } from './names.ts'
import { Places } from './places.ts'
import { looksLikeData } from './table-health.ts'

/** All that a check of an image reads, as claims on ranges of the file: a cluster of a table at a time. */
export interface FoundMetadata {
  readonly subject: CheckSubject
  readonly reader: MetadataReader
  readonly places: Places
  readonly claims: MetadataClaims
  readonly counts: ReferenceCounts | undefined
  /** The first bytes of the file as they go into a container. */
  readonly header: Uint8Array
  /** As they go into a container; undefined where the image has none. */
  readonly snapshotTable: CleanTable | undefined
  readonly bitmapDirectory: CleanTable | undefined
}

/**
 * Finds everything that a check reads, from the header on, and what of it is claimed as data as well. Follows
 * no table that looks like data. Memory is bounded by the claims (340 MiB), the counts of references (256 MiB)
 * and one table of 64 MiB at a time, whatever the file says. Throws `dehydrate-too-large` and
 * `TooMuchMetadata`.
 */
export async function findMetadata(
  file: BlockFile,
  area: HeaderArea,
  names: NameKeeper,
  context: OperationContext,
): Promise<FoundMetadata> {
  const search = new MetadataSearch(checkSubjectOf(file, area))
  return await search.search(cleanHeader(file, area, names), names, context)
}

class MetadataSearch {
  readonly #subject: CheckSubject
  readonly #reader: MetadataReader
  readonly #stored: StoredRefcounts
  readonly #places: Places
  readonly #claims: MetadataClaims

  constructor(subject: CheckSubject) {
    this.#subject = subject
    this.#reader = new MetadataReader(subject.file, metadataLimit(subject))
    this.#stored = StoredRefcounts.load(subject, this.#reader)
    this.#places = new Places(subject, this.#stored)
    this.#claims = new MetadataClaims(subject.clusterSize)
  }

  async search(
    header: Uint8Array,
    names: NameKeeper,
    context: OperationContext,
  ): Promise<FoundMetadata> {
    const subject = this.#subject
    const reader = this.#reader
    const places = this.#places
    const snapshotTable = this.#findSnapshots(names)
    const bitmapDirectory = this.#findBitmaps(names)
    this.#findRefcounts()
    this.#findMappings([subject.l1, ...(snapshotTable?.tables ?? [])])
    this.#claims.settle()
    await markData(this.#claims, { subject, reader, headerEnd: header.length }, context)
    const counter = new MetadataReader(subject.file, metadataLimit(subject))
    const counts = await countReferences(subject, counter, {
      signal: context.signal,
      pause: context.pause,
    })
    return {
      subject,
      reader,
      places,
      claims: this.#claims,
      counts,
      header,
      snapshotTable,
      bitmapDirectory,
    }
  }

  #findSnapshots(names: NameKeeper): CleanTable | undefined {
    const { offset, count } = this.#subject.snapshots
    // Where the header's numbers are impossible, the check ends before it reads the table.
    const isRead = count <= limits.snapshots && isAligned(offset, this.#subject.clusterSize)
    if (count === 0 || !isRead) return undefined
    const table = cleanSnapshotTable(this.#reader, this.#places, names)
    this.#claim('snapshot table', offset, table.bytes.length)
    return table
  }

  #findBitmaps(names: NameKeeper): CleanTable | undefined {
    const { bitmaps } = this.#subject
    if (bitmaps === undefined) return undefined
    const place = { places: this.#places, names }
    const directory = cleanBitmapDirectory(this.#reader, bitmaps, place)
    this.#claim('bitmap directory', bitmaps.directoryOffset, directory.bytes.length)
    for (const { offset, entries } of directory.tables) {
      // More than a bitmap may have is an error of the directory, which ends the check.
      if (entries * this.#subject.clusterSize > limits.bitmapPayload) continue
      this.#claimClusters('bitmap table', offset, entries * 8)
    }
    return directory
  }

  #findRefcounts(): void {
    const { refcountTable, clusterSize, fileLength } = this.#subject
    const { offset, entries } = refcountTable
    this.#claimClusters('refcount table', offset, entries * 8)
    if (looksLikeData(cleanRefcountTable(this.#words({ offset, entries }), this.#places))) return
    for (let index = 0; index < entries; index++) {
      const block = this.#stored.block(index)
      if (block.kind !== 'present' || block.offset >= fileLength) continue
      this.#claim('refcount block', block.offset, clusterSize, index)
    }
  }

  #findMappings(tables: readonly TablePlace[]): void {
    const seen = new Set<string>()
    for (const table of tables) {
      const key = `${table.offset} ${table.entries}`
      if (seen.has(key)) continue
      seen.add(key)
      this.#findL2Tables(table)
    }
  }

  #findL2Tables(table: TablePlace): void {
    const { clusterSize, fileLength } = this.#subject
    this.#claimClusters('L1 table', table.offset, table.entries * 8)
    const words = this.#words(table)
    if (looksLikeData(cleanL1(words, this.#places))) return
    for (let at = 0; at < words.length; at += 2) {
      const low = words[at] ?? 0
      const high = words[at + 1] ?? 0
      if (low === 0 && high === 0) continue
      const offset = entryOffset(high, low)
      if (offset < fileLength) this.#claim('L2 table', offset, clusterSize)
    }
  }

  /** The entries that lie in the file. */
  #words({ offset, entries }: TablePlace): WordTable {
    const inFile = Math.max(0, Math.ceil((this.#subject.fileLength - offset) / 8))
    const bytes = new Uint8Array(Math.min(entries, inFile) * 8)
    this.#reader.read(bytes, offset, 'l1-table')
    return asWordTable(bytes)
  }

  #claim(structure: Structure, offset: number, bytes: number, index = 0): void {
    const length = Math.min(bytes, this.#subject.file.size() - offset)
    this.#claims.add({ structure, offset, length, index })
  }

  /** Each cluster on its own: where guest data lies in one of them, the others stay. */
  #claimClusters(structure: Structure, offset: number, bytes: number): void {
    const { clusterSize } = this.#subject
    const end = Math.min(offset + bytes, this.#subject.file.size())
    for (let at = offset; at < end; at += clusterSize) {
      this.#claim(structure, at, Math.min(clusterSize, end - at))
    }
  }
}
