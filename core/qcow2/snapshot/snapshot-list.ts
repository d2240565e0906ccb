import { alignUp, ceilDiv } from '../../base/bits.ts'
import { encodeName, printable } from '../../base/text.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { limits } from '../format/constants.ts'
import type { HeaderArea } from '../format/header-area.ts'
import type { Qcow2Header } from '../format/header.ts'
import {
  encodeSnapshotEntry,
  SNAPSHOT_FIXED_BYTES,
  type SnapshotEntry,
} from '../format/snapshot-table.ts'
import type { Restructure } from '../restructure/restructure.ts'
import { readSnapshots } from '../snapshots.ts'

/** Which snapshot is meant. Names are for people, and QEMU lets two snapshots have the same. */
export type SnapshotSelector = { readonly id: string } | { readonly name: string }

/** Bytes of a name: the entry's length field has 16 bits. */
const MAX_NAME_BYTES = 0xffff

/** The snapshots of an image, and what is to become of their table. */
export class SnapshotList {
  readonly entries: readonly SnapshotEntry[]
  readonly #file: BlockFile
  readonly #area: HeaderArea

  constructor(file: BlockFile, area: HeaderArea) {
    this.#file = file
    this.#area = area
    this.entries = readSnapshots(file, area.header)
  }

  /** Compares as people see it. Throws `snapshot-missing` or `snapshot-ambiguous`. */
  find(selector: SnapshotSelector): SnapshotEntry {
    const [field, id] = 'id' in selector ? ['id', selector.id] : ['name', selector.name]
    const found = this.entries.filter(
      (entry) => printable(field === 'id' ? entry.id : entry.name) === printable(id),
    )
    const [entry] = found
    const context = { path: this.#file.name, field, id }
    if (entry === undefined) throw new ImageError('snapshot-missing', context)
    if (found.length === 1) return entry
    throw new ImageError('snapshot-ambiguous', { ...context, found: found.length })
  }

  /** One more than the highest number among the ids, as QEMU numbers them. */
  newId(): string {
    let highest = 0
    for (const { id } of this.entries) {
      const number = /^\d{1,15}/.exec(id)
      if (number !== null) highest = Math.max(highest, Number(number[0]))
    }
    return String(highest + 1)
  }

  /** The bytes of a new name. Throws `invalid-argument` or `snapshot-exists`. */
  newName(name: string): Uint8Array {
    const bytes = encodeName(name)
    const isText = name !== '' && !name.includes('\0') && name.isWellFormed()
    if (!isText || bytes.length > MAX_NAME_BYTES) {
      throw new ImageError('invalid-argument', {
        path: this.#file.name,
        field: 'The name of the snapshot',
        expected: `1 to ${MAX_NAME_BYTES} bytes of UTF-8 without NUL`,
        found: isText ? `${bytes.length} bytes` : 'other text',
      })
    }
    if (this.entries.some((entry) => entry.name === name)) {
      throw new ImageError('snapshot-exists', { path: this.#file.name, id: name })
    }
    return bytes
  }

  /** Exchanges the table for one with other entries; the header fields that tell of it. */
  replace(change: Restructure, entries: readonly SnapshotEntry[]): Partial<Qcow2Header> {
    const { clusterSize } = this.#area.geometry
    this.#mustFit(entries)
    const { snapshotsOffset } = this.#area.header
    const oldBytes = lengthOf(this.entries)
    if (oldBytes > 0) change.remove(snapshotsOffset, ceilDiv(oldBytes, clusterSize))
    if (entries.length === 0) return { snapshotCount: 0, snapshotsOffset: 0 }
    const bytes = new Uint8Array(lengthOf(entries))
    let at = 0
    for (const entry of entries) {
      const encoded = encodeSnapshotEntry(entry)
      bytes.set(encoded, at)
      at += encoded.length
    }
    const run = change.reserve(ceilDiv(bytes.length, clusterSize))
    change.write(run, bytes, 'snapshot-table')
    return { snapshotCount: entries.length, snapshotsOffset: run.offset }
  }

  #mustFit(entries: readonly SnapshotEntry[]): void {
    const path = this.#file.name
    if (entries.length > limits.snapshots) {
      const facts = { structure: 'snapshots', limit: limits.snapshots, found: entries.length }
      throw new ImageError('snapshots-full', { path, ...facts })
    }
    const bytes = lengthOf(entries)
    if (bytes > limits.snapshotTable) {
      const facts = { structure: 'bytes of table', limit: limits.snapshotTable, found: bytes }
      throw new ImageError('snapshots-full', { path, ...facts })
    }
  }
}

const lengthOf = (entries: readonly SnapshotEntry[]): number =>
  entries.reduce(
    (sum, { extraData, rawId, rawName }) =>
      sum + alignUp(SNAPSHOT_FIXED_BYTES + extraData.length + rawId.length + rawName.length, 8),
    0,
  )
