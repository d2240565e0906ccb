import { alignUp } from '../base/bits.ts'
import { ImageError } from '../errors/image-error.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { limits } from './format/constants.ts'
import type { Qcow2Header } from './format/header.ts'
import {
  decodeSnapshotEntry,
  SNAPSHOT_FIXED_BYTES,
  snapshotEntrySize,
  type SnapshotEntry,
} from './format/snapshot-table.ts'

/**
 * The snapshot table, entry by entry: only an entry that is whole inside the file and the limits is ever
 * given memory. Throws `structure-damaged` or `table-too-large`.
 */
export function readSnapshots(file: BlockFile, header: Qcow2Header): SnapshotEntry[] {
  if (header.snapshotCount > limits.snapshots) {
    throw tooLarge(
      file,
      header.snapshotsOffset,
      `${header.snapshotCount} entries`,
      limits.snapshots,
    )
  }
  const fileLength = file.size()
  const window = new ReadWindow(file)
  const entries: SnapshotEntry[] = []
  let at = header.snapshotsOffset
  while (entries.length < header.snapshotCount) {
    if (at + SNAPSHOT_FIXED_BYTES > fileLength) throw endsInside(file, at, fileLength)
    const size = snapshotEntrySize(window.bytes(at, SNAPSHOT_FIXED_BYTES), at)
    if (size.extraBytes > limits.snapshotExtraData) {
      throw tooLarge(file, at, `${size.extraBytes} bytes of extra data`, limits.snapshotExtraData)
    }
    if (at + size.bytes > fileLength) throw endsInside(file, at, fileLength)
    entries.push(decodeSnapshotEntry(window.bytes(at, size.bytes), at))
    at = alignUp(at + size.bytes, 8)
    if (at - header.snapshotsOffset > limits.snapshotTable) {
      throw tooLarge(file, header.snapshotsOffset, 'more bytes', limits.snapshotTable)
    }
  }
  return entries
}

/** Some hundred usual entries. */
const WINDOW_BYTES = 64 * 1024

/** Bytes of the table, read many entries at a time. */
class ReadWindow {
  readonly #file: BlockFile
  #start = 0
  #held = new Uint8Array(0)

  constructor(file: BlockFile) {
    this.#file = file
  }

  /** A view that is good until the next call; the caller has compared the range with the file's length. */
  bytes(at: number, length: number): Uint8Array {
    const from = at - this.#start
    if (from < 0 || from + length > this.#held.length) {
      const left = this.#file.size() - at
      this.#held = new Uint8Array(Math.max(length, Math.min(WINDOW_BYTES, left)))
      this.#start = at
      this.#file.readNow(this.#held, at, 'snapshot-table')
    }
    return this.#held.subarray(at - this.#start, at - this.#start + length)
  }
}

const endsInside = (file: BlockFile, offset: number, fileLength: number) =>
  new ImageError('structure-damaged', {
    path: file.name,
    structure: 'snapshot table',
    offset,
    found: `a file that ends at ${fileLength}`,
    expected: 'a whole entry',
  })

const tooLarge = (file: BlockFile, offset: number, found: string, limit: number) =>
  new ImageError('table-too-large', {
    path: file.name,
    structure: 'snapshot table',
    offset,
    found,
    limit,
  })
