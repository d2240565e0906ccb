import { alignDown, alignUp } from '../../base/bits.ts'
import type { FixedRanges } from './fixed-ranges.ts'

/** What a host cluster of metadata is, in the words of messages. */
export type MetadataKind =
  | 'header'
  | 'L1 table'
  | 'L2 table'
  | 'refcount table'
  | 'refcount block'
  | 'snapshot table'
  | 'snapshot L1 table'
  | 'bitmap directory'

/**
 * Which host clusters hold metadata that we know of. What QEMU checks before each write (block/qcow2.h,
 * "overlap checks", its default set): header, L1, active L2s, refcount table and blocks, snapshot table,
 * snapshots' L1s, bitmap directory. The L2 tables of snapshots are not in it.
 */
export class MetadataMap {
  readonly #clusterSize: number
  readonly #kinds = new Map<number, MetadataKind>()
  readonly #snapshotL1s: FixedRanges

  /** `snapshotL1s` are as the snapshot table says: as many and as long as somebody liked. */
  constructor(clusterSize: number, snapshotL1s: FixedRanges) {
    this.#clusterSize = clusterSize
    this.#snapshotL1s = snapshotL1s
  }

  /** Every cluster that `bytes` from host `offset` touch. */
  add(kind: MetadataKind, offset: number, bytes: number): void {
    for (const cluster of this.#clusters(offset, bytes)) this.#kinds.set(cluster, kind)
  }

  delete(offset: number, bytes: number): void {
    for (const cluster of this.#clusters(offset, bytes)) this.#kinds.delete(cluster)
  }

  /** Of all but the snapshots' L1 tables. */
  kindAt(cluster: number): MetadataKind | undefined {
    return this.#kinds.get(cluster)
  }

  /** The first metadata in the range that is not of kind `except`. */
  firstIn(
    offset: number,
    bytes: number,
    except?: MetadataKind,
  ): { readonly kind: MetadataKind; readonly offset: number } | undefined {
    // Asked before every write: no generator.
    const last = Math.ceil((offset + bytes) / this.#clusterSize) - 1
    for (let cluster = Math.floor(offset / this.#clusterSize); cluster <= last; cluster++) {
      const kind = this.#kinds.get(cluster)
      if (kind !== undefined && kind !== except) {
        return { kind, offset: cluster * this.#clusterSize }
      }
    }
    const end = alignUp(offset + bytes, this.#clusterSize)
    const found = this.#snapshotL1s.firstIn(alignDown(offset, this.#clusterSize), end)
    return found === undefined
      ? undefined
      : { kind: 'snapshot L1 table', offset: alignDown(found, this.#clusterSize) }
  }

  *#clusters(offset: number, bytes: number): Generator<number> {
    const first = Math.floor(offset / this.#clusterSize)
    // Counted: offsets out of a damaged table may be too large to add one to.
    const count = Math.ceil((offset + bytes) / this.#clusterSize) - first
    for (let index = 0; index < count; index++) yield first + index
  }
}
