import { alignUp } from '../../base/bits.ts'
import { BinaryView, BinaryWriter } from '../../base/binary.ts'
import { decodeName } from '../../base/text.ts'
import { wordToNumber, type Word64 } from '../../base/word64.ts'

/**
 * One entry of the snapshot table (qcow2 specification, "Snapshots"):
 *
 *      0 L1 offset (8)     8 L1 entries    12 id bytes (2)   14 name bytes (2)
 *     16 date, seconds    20 nanoseconds   24 VM clock, ns (8)
 *     32 VM state bytes   36 extra bytes   40 extra, id, name, padding to a multiple of 8
 */
export interface SnapshotEntry {
  readonly l1TableOffset: number
  readonly l1Size: number
  readonly id: string
  readonly name: string
  readonly dateSeconds: number
  readonly dateNanoseconds: number
  /** Guest clock in nanoseconds: passes 2^53 after 104 days of running, so it stays a word. */
  readonly vmClock: Word64
  /** Bytes of VM state, of images older than the 64-bit field in the extra data. */
  readonly vmStateSize32: number
  /** As it stands: fields of newer versions are kept. See `snapshotExtras`. */
  readonly extraData: Uint8Array
  /** What stands in the file, for entries whose names are no UTF-8. */
  readonly rawId: Uint8Array
  readonly rawName: Uint8Array
}

/** Bytes before the extra data. */
export const SNAPSHOT_FIXED_BYTES = 40

/** The lengths that tell how far an entry goes, from its fixed part. */
export interface SnapshotEntrySize {
  readonly extraBytes: number
  /** Without the padding that follows. */
  readonly bytes: number
}

/** `bytes` begin with an entry's 40 fixed bytes. Nothing is allocated yet: compare with the limits first. */
export function snapshotEntrySize(bytes: Uint8Array, offset: number): SnapshotEntrySize {
  const view = new BinaryView(bytes, { structure: 'snapshot table', offset })
  const extraBytes = view.u32(36)
  return { extraBytes, bytes: SNAPSHOT_FIXED_BYTES + extraBytes + view.u16(12) + view.u16(14) }
}

/** `bytes` begin with a whole entry that lies at host `offset`. */
export function decodeSnapshotEntry(bytes: Uint8Array, offset: number): SnapshotEntry {
  const view = new BinaryView(bytes, { structure: 'snapshot table', offset })
  const extraBytes = view.u32(36)
  const idBytes = view.u16(12)
  const idAt = SNAPSHOT_FIXED_BYTES + extraBytes
  const rawId = view.bytes(idAt, idBytes)
  const rawName = view.bytes(idAt + idBytes, view.u16(14))
  return {
    // Rounded past 2^53: still past the end of any file, and check has to go on.
    l1TableOffset: wordToNumber(view.word(0)),
    l1Size: view.u32(8),
    id: decodeName(rawId),
    name: decodeName(rawName),
    dateSeconds: view.u32(16),
    dateNanoseconds: view.u32(20),
    vmClock: view.word(24),
    vmStateSize32: view.u32(32),
    extraData: view.bytes(SNAPSHOT_FIXED_BYTES, extraBytes),
    rawId,
    rawName,
  }
}

/** The entry with its padding. */
export function encodeSnapshotEntry(entry: SnapshotEntry): Uint8Array {
  const { extraData, rawId, rawName } = entry
  const idAt = SNAPSHOT_FIXED_BYTES + extraData.length
  const writer = new BinaryWriter(alignUp(idAt + rawId.length + rawName.length, 8))
  writer.u64(0, entry.l1TableOffset)
  writer.u32(8, entry.l1Size)
  writer.u16(12, rawId.length)
  writer.u16(14, rawName.length)
  writer.u32(16, entry.dateSeconds)
  writer.u32(20, entry.dateNanoseconds)
  writer.word(24, entry.vmClock)
  writer.u32(32, entry.vmStateSize32)
  writer.u32(36, extraData.length)
  writer.put(SNAPSHOT_FIXED_BYTES, extraData)
  writer.put(idAt, rawId)
  writer.put(idAt + rawId.length, rawName)
  return writer.bytes
}

export interface SnapshotExtras {
  readonly vmStateSize: number
  /** undefined when the entry is too old to say: then it is the image's. */
  readonly diskSize: number | undefined
  /** Executed instructions, of VMs that count them. */
  readonly icount: number | undefined
}

/** The fields of the extra data we know; each is there when the data is long enough. */
export function snapshotExtras({ extraData, vmStateSize32 }: SnapshotEntry): SnapshotExtras {
  const view = new BinaryView(extraData, { structure: 'snapshot table', offset: 0 })
  const wordAt = (at: number) => (extraData.length >= at + 8 ? view.word(at) : undefined)
  const vmStateSize = wordAt(0)
  const diskSize = wordAt(8)
  const icount = wordAt(16)
  const noIcount = icount === undefined || (icount.high === ALL_ONES && icount.low === ALL_ONES)
  return {
    vmStateSize: vmStateSize === undefined ? vmStateSize32 : wordToNumber(vmStateSize),
    diskSize: diskSize === undefined ? undefined : wordToNumber(diskSize),
    icount: noIcount ? undefined : wordToNumber(icount),
  }
}

const ALL_ONES = 0xffff_ffff
