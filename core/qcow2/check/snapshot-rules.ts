import { CheckStopped, type CheckSubject, type MetadataReader } from './subject.ts'
import type { FindingLog } from './finding-log.ts'
import { hex } from './check-run.ts'

const fixedBytes = 40
const maxSnapshots = 65_536
const maxTableBytes = 64 * 2 ** 20
const maxExtraBytes = 1024
/** Version 3 entries hold at least the 64-bit VM state size and the disk size. */
const requiredExtraBytes = 16
const keptNameBytes = 255

export interface SnapshotEntry {
  readonly id: string
  readonly name: string
  /** Exact below 2^53; above that it lies outside any file. */
  readonly l1Offset: number
  readonly l1Aligned: boolean
  readonly l1Entries: number
}

/** The snapshot table as the rules and the sentences need it. */
export interface SnapshotLedger {
  readonly entries: readonly SnapshotEntry[]
  readonly tableOffset: number
  /** Bytes of the table, without the padding after its last entry. */
  readonly tableLength: number
  /** Which snapshot an `owner` index means; undefined for the active state. */
  name(owner: number): { readonly id: string; readonly name: string } | undefined
}

/** Reads and checks the snapshot table. Throws CheckStopped when no sense can be made of it. */
export function readSnapshotTable(
  subject: CheckSubject,
  reader: MetadataReader,
  log: FindingLog,
): SnapshotLedger {
  const { offset, count } = subject.snapshots
  if (count > maxSnapshots || offset % subject.clusterSize !== 0) {
    return stop(
      log,
      offset,
      count > maxSnapshots
        ? `claims ${count} entries; the limit is 65,536`
        : 'starts at an offset that is no multiple of the cluster size',
    )
  }
  const entries: SnapshotEntry[] = []
  let end = offset
  for (let index = 0; index < count; index++) {
    const at = Math.ceil(end / 8) * 8
    const fixed = view(reader, at, fixedBytes)
    const extraBytes = fixed.getUint32(36)
    const idBytes = fixed.getUint16(12)
    const nameBytes = fixed.getUint16(14)
    if (extraBytes > maxExtraBytes) {
      return stop(
        log,
        at,
        `has ${extraBytes} bytes of extra data in entry ${index}; the limit is 1,024`,
      )
    }
    const idAt = at + fixedBytes + extraBytes
    end = idAt + idBytes + nameBytes
    if (end - offset > maxTableBytes) return stop(log, offset, 'is longer than 64 MiB')
    const entry = {
      id: text(reader, idAt, idBytes),
      name: text(reader, idAt + idBytes, nameBytes),
      l1Offset: fixed.getUint32(0) * 2 ** 32 + fixed.getUint32(4),
      // Asked of the low half: all of a 64-bit offset would not fit a number.
      l1Aligned: fixed.getUint32(4) % subject.clusterSize === 0,
      l1Entries: fixed.getUint32(8),
    }
    entries.push(entry)
    if (subject.version === 3 && extraBytes < requiredExtraBytes) {
      log.add('corruption', 'structure', 1, () => ({
        rule: 'snapshot-entry-incomplete',
        structure: 'snapshot table',
        offset: at,
        snapshot: { id: entry.id, name: entry.name },
        text: `The snapshot table entry of “${entry.name}” lacks the disk size that version 3 images store (${extraBytes} of at least 16 bytes of extra data).`,
      }))
    }
  }
  return {
    entries,
    tableOffset: offset,
    tableLength: end - offset,
    name: (owner) => {
      const entry = entries[owner]
      return entry === undefined ? undefined : { id: entry.id, name: entry.name }
    },
  }
}

function stop(log: FindingLog, offset: number, what: string): never {
  log.add('check-error', 'data', 1, () => ({
    rule: 'snapshot-table-unreadable',
    structure: 'snapshot table',
    offset,
    text: `The snapshot table at ${hex(offset)} ${what}; the check cannot go on.`,
  }))
  throw new CheckStopped('snapshot table')
}

function view(reader: MetadataReader, at: number, length: number): DataView {
  const bytes = new Uint8Array(length)
  reader.read(bytes, at, 'snapshot-table')
  return new DataView(bytes.buffer)
}

const decoder = new TextDecoder()

/** Names are for sentences and comparisons: what is longer than anybody types is cut. */
function text(reader: MetadataReader, at: number, length: number): string {
  const bytes = new Uint8Array(Math.min(length, keptNameBytes))
  reader.read(bytes, at, 'snapshot-table')
  return decoder.decode(bytes)
}
