import { crc32 } from '../base/crc32.ts'
import { wordToHex } from '../base/word64.ts'
import { decodeHeader, type Qcow2Header } from '../qcow2/format/header.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { IoTag } from '../storage/io-tag.ts'
import type { PlannedWrite } from '../storage/planned-file.ts'
import type { RepairWrite } from './repair-plan.ts'

const names: Readonly<Record<IoTag, string>> = {
  header: 'header',
  'l1-table': 'L1 table',
  'l2-table': 'L2 table',
  'refcount-table': 'refcount table',
  'refcount-block': 'refcount block',
  'snapshot-table': 'snapshot table',
  bitmap: 'bitmap',
  data: 'data cluster',
  compressed: 'compressed cluster',
}

/** Neighbouring writes of one structure as one, with what is there now and what will be. */
export function describeWrites(
  file: BlockFile,
  epochs: readonly (readonly PlannedWrite[])[],
): RepairWrite[] {
  return epochs.flatMap((writes) =>
    runsOf(writes).map((run): RepairWrite => {
      const [{ at, tag }] = run
      const after = concat(run.map(({ bytes }) => bytes))
      const before = new Uint8Array(after.length)
      file.readNow(before, at, tag)
      const structure = names[tag]
      const place = { structure, offset: at, length: after.length }
      if (tag === 'header') return { ...place, ...describeHeader(before, after, file.size()) }
      const isNew = at >= file.size()
      return {
        ...place,
        before: isNew ? 'past the end of the file' : describeBytes(before),
        after: describeBytes(after),
      }
    }),
  )
}

type Run = [PlannedWrite, ...PlannedWrite[]]

function runsOf(writes: readonly PlannedWrite[]): Run[] {
  const runs: Run[] = []
  for (const write of writes) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    const follows = last?.tag === write.tag && last.at + last.bytes.length === write.at
    if (run !== undefined && follows) run.push(write)
    else runs.push([write])
  }
  return runs
}

const describeBytes = (bytes: Uint8Array): string =>
  bytes.every((byte) => byte === 0)
    ? 'zeroes'
    : `CRC-32 ${crc32(bytes).toString(16).padStart(8, '0')}`

/** The fields that differ, by their names in the specification. */
function describeHeader(
  before: Uint8Array,
  after: Uint8Array,
  fileLength: number,
): Pick<RepairWrite, 'before' | 'after'> {
  const old = fieldsOf(decodeHeader(before, { fileLength }))
  const now = fieldsOf(decodeHeader(after, { fileLength }))
  const changed = Object.keys(now).filter((name) => old[name] !== now[name])
  const text = (fields: Readonly<Record<string, string>>) =>
    changed.length === 0
      ? 'the fields as they are'
      : changed.map((name) => `${name} ${fields[name] ?? ''}`).join(', ')
  return { before: text(old), after: text(now) }
}

const fieldsOf = (header: Qcow2Header): Readonly<Record<string, string>> => ({
  l1_size: `${header.l1Size}`,
  l1_table_offset: hex(header.l1TableOffset),
  refcount_table_offset: hex(header.refcountTableOffset),
  refcount_table_clusters: `${header.refcountTableClusters}`,
  nb_snapshots: `${header.snapshotCount}`,
  snapshots_offset: hex(header.snapshotsOffset),
  incompatible_features: wordToHex(header.incompatibleFeatures),
  autoclear_features: wordToHex(header.autoclearFeatures),
})

const hex = (offset: number): string => `0x${offset.toString(16)}`

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
