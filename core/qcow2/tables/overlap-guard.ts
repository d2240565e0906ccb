import { alignUp } from '../../base/bits.ts'
import { hasBit, word64, type Word64 } from '../../base/word64.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { L1_ENTRY_BYTES, SECTOR } from '../format/constants.ts'
import { autoclear, incompatible } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { Qcow2Header } from '../format/header.ts'
import { FixedRanges } from './fixed-ranges.ts'
import { writeHeaderFields } from './header-store.ts'
import type { HostRun } from './host-run.ts'
import type { L1Editor } from './l1-editor.ts'
import type { L2Editor } from './l2-editor.ts'
import { MetadataMap, type MetadataKind } from './metadata-map.ts'
import type { RefcountEditor } from './refcount-editor.ts'
import { snapshotMetadata } from './snapshot-metadata.ts'

export interface GuardedTables {
  readonly l1: L1Editor
  readonly l2: L2Editor
  readonly refcounts: RefcountEditor
}

/**
 * Compares every range before it is written with all metadata that we know of (QEMU's overlap check). A
 * hit means that the image contradicts itself: it is marked as corrupt, where the version can say so, and
 * `overlap-refused` is thrown then and whenever somebody asks again.
 */
export class OverlapGuard {
  readonly #file: WritableFile
  readonly #tables: GuardedTables
  readonly #clusterSize: number
  readonly #metadata: MetadataMap
  /** The header as it is in the file. */
  readonly #written: () => Qcow2Header
  #refusal: ImageError | undefined

  constructor(
    file: WritableFile,
    area: HeaderArea,
    { tables, written }: { readonly tables: GuardedTables; readonly written: () => Qcow2Header },
  ) {
    this.#file = file
    this.#tables = tables
    this.#clusterSize = area.geometry.clusterSize
    this.#written = written
    this.#metadata = mapMetadata(file, area, tables)
  }

  /** Why nothing may be written any more, once a write was refused. */
  get refusal(): ImageError | undefined {
    return this.#refusal
  }

  add(kind: MetadataKind, offset: number, bytes: number): void {
    this.#metadata.add(kind, offset, bytes)
  }

  /** What a cluster holds, as far as it is metadata that may change; the snapshots' L1 tables are not told. */
  kindAt(cluster: number): MetadataKind | undefined {
    return this.#metadata.kindAt(cluster)
  }

  /** What lay in the run is no metadata any more. */
  delete({ offset, clusters }: HostRun): void {
    this.#metadata.delete(offset, clusters * this.#clusterSize)
  }

  /** Nothing we know of lies in the range, which `what` is to be written to. */
  mustBeFree(offset: number, bytes: number, what: string): void {
    const hit = this.#metadata.firstIn(offset, bytes)
    if (hit !== undefined) this.#refuse(hit, what)
  }

  /** Each table that a commit would write lies where we know a table of its kind, and nothing else. */
  mustBeTables(): void {
    const { l1, l2, refcounts } = this.#tables
    for (const offset of l2.offsetsToWrite()) this.#mustBe('L2 table', offset, this.#clusterSize)
    for (const offset of refcounts.offsetsToWrite()) {
      this.#mustBe('refcount block', offset, this.#clusterSize)
    }
    const { offset, entries } = l1.place
    this.#mustBe('L1 table', offset, alignUp(entries * L1_ENTRY_BYTES, SECTOR))
  }

  #mustBe(kind: MetadataKind, offset: number, bytes: number): void {
    const hit = this.#metadata.firstIn(offset, bytes, kind)
    if (hit !== undefined) this.#refuse(hit, `the ${kind}`)
  }

  #refuse(
    { kind, offset }: { readonly kind: string; readonly offset: number },
    found: string,
  ): never {
    const context = { path: this.#file.name, offset, structure: kind, found }
    this.#refusal = new ImageError('overlap-refused', context)
    const written = this.#written()
    if (written.version >= 3) {
      const incompatibleFeatures = withCorruptBit(written.incompatibleFeatures)
      writeHeaderFields(this.#file, { ...written, incompatibleFeatures })
    }
    throw this.#refusal
  }
}

/** From the tables that are in memory anyway, and the snapshot table. */
function mapMetadata(
  file: WritableFile,
  { header, geometry, bitmaps }: HeaderArea,
  { l1, refcounts }: GuardedTables,
): MetadataMap {
  const { clusterSize } = geometry
  const snapshots = [...snapshotMetadata(file, header)]
  const snapshotL1s = snapshots.filter(({ kind }) => kind === 'snapshot L1 table')
  const map = new MetadataMap(clusterSize, new FixedRanges(snapshotL1s))
  map.add('header', 0, clusterSize)
  map.add('L1 table', l1.place.offset, l1.place.entries * L1_ENTRY_BYTES)
  for (const offset of l1.l2Offsets()) map.add('L2 table', offset, clusterSize)
  map.add('refcount table', header.refcountTableOffset, header.refcountTableClusters * clusterSize)
  for (const offset of refcounts.blockOffsets()) map.add('refcount block', offset, clusterSize)
  for (const { kind, offset, bytes } of snapshots) {
    if (kind === 'snapshot table') map.add(kind, offset, bytes)
  }
  if (bitmaps !== undefined && hasBit(header.autoclearFeatures, autoclear.bitmaps)) {
    map.add('bitmap directory', bitmaps.directoryOffset, bitmaps.directorySize)
  }
  return map
}

/** The incompatible features with the corrupt bit, which keeps every tool from writing (version 3 only). */
const withCorruptBit = ({ high, low }: Word64): Word64 =>
  word64(high, low + (hasBit({ high, low }, incompatible.corrupt) ? 0 : 2 ** incompatible.corrupt))
