import { alignDown } from '../base/bits.ts'
import { throwIfAborted } from '../base/abort.ts'
import { unreachable } from '../base/assert.ts'
import { BoundedTasks } from '../base/bounded-tasks.ts'
import type { DiskImage } from '../image/disk-image.ts'
import { mustBeInFile, packedCluster, unpackClusterAside, type UnpackSource } from './compressed.ts'
import type { PackedCluster } from './compressed.ts'
import type { Geometry } from './format/geometry.ts'
import type { LayerMap } from './layer-map.ts'

/** Reads that one request keeps going at the same time. */
const DEPTH = 8
/** Packed clusters that lie next to each other are read together, up to this many bytes. */
const PACKED_READ_BYTES = 1024 * 1024

export interface LayerReader {
  readonly map: LayerMap
  readonly geometry: Geometry
  readonly backing: DiskImage | undefined
  readonly packed: UnpackSource
}

export interface GuestRange {
  /** Guest bytes go here. */
  readonly into: Uint8Array
  /** Guest offset of the first byte. */
  readonly at: number
}

/**
 * Fills a guest range that lies inside the disk: plans run by run from the tables, and lets the reads
 * that follow go on side by side. When it throws, nothing writes into the buffer any more.
 */
export async function readLayer(
  reader: LayerReader,
  { into, at }: GuestRange,
  signal?: AbortSignal,
): Promise<void> {
  const tasks = new BoundedTasks(DEPTH)
  const end = at + into.length
  try {
    for (let position = at; position < end;) {
      throwIfAborted(signal)
      const run = reader.map.runAt(position, end - position)
      const part = into.subarray(position - at, position - at + run.length)
      const from = position
      switch (run.kind) {
        case 'data':
          await tasks.add(() => run.file.read(part, run.hostOffset, 'data'))
          break
        case 'zero':
          part.fill(0)
          break
        case 'unallocated':
          await readBacking(reader, { into: part, at: from }, tasks, signal)
          break
        case 'compressed':
          await readCompressed(reader, { into: part, at: from }, tasks, signal)
          break
        default:
          unreachable(run)
      }
      position += run.length
    }
  } catch (error) {
    await tasks.settled()
    throw error
  }
  await tasks.finish()
}

async function readBacking(
  { backing }: LayerReader,
  { into, at }: GuestRange,
  tasks: BoundedTasks,
  signal: AbortSignal | undefined,
): Promise<void> {
  const there =
    backing === undefined ? 0 : Math.min(into.length, Math.max(backing.virtualSize - at, 0))
  into.fill(0, there)
  if (backing === undefined || there === 0) return
  await tasks.add(() => backing.read(into.subarray(0, there), at, signal))
}

async function readCompressed(
  reader: LayerReader,
  { into, at }: GuestRange,
  tasks: BoundedTasks,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { clusterSize } = reader.geometry
  const end = at + into.length
  let group: PackedGroup | undefined
  for (let guest = alignDown(at, clusterSize); guest < end; guest += clusterSize) {
    const cluster = packedCluster(guest, reader.map.compressedEntryAt(guest), reader.geometry)
    mustBeInFile(cluster, reader.packed.file)
    if (group !== undefined && joins(group, cluster)) {
      group.clusters.push(cluster)
      group.end = Math.max(group.end, cluster.offset + cluster.length)
      continue
    }
    if (group !== undefined) await addGroup(reader, group, { into, at }, tasks)
    throwIfAborted(signal)
    group = { start: cluster.offset, end: cluster.offset + cluster.length, clusters: [cluster] }
  }
  if (group !== undefined) await addGroup(reader, group, { into, at }, tasks)
}

/** Packed clusters that one read brings. */
interface PackedGroup {
  readonly start: number
  end: number
  readonly clusters: PackedCluster[]
}

/** QEMU packs one cluster behind the other, so in a converted image nearly all of them join. */
const joins = (group: PackedGroup, next: PackedCluster): boolean =>
  next.offset >= group.start &&
  next.offset <= group.end &&
  next.offset + next.length - group.start <= PACKED_READ_BYTES

function addGroup(
  { geometry, packed }: LayerReader,
  group: PackedGroup,
  { into, at }: GuestRange,
  tasks: BoundedTasks,
): Promise<void> {
  return tasks.add(async () => {
    const bytes = new Uint8Array(group.end - group.start)
    await packed.file.read(bytes, group.start, 'compressed')
    for (const cluster of group.clusters) {
      const from = cluster.offset - group.start
      const stored = bytes.subarray(from, from + cluster.length)
      const content = await unpackClusterAside(stored, cluster, packed)
      // The first and the last cluster may reach out of the range that was asked for.
      const skip = Math.max(at - cluster.guest, 0)
      const length = Math.min(geometry.clusterSize - skip, at + into.length - cluster.guest - skip)
      into.set(content.subarray(skip, skip + length), cluster.guest + skip - at)
    }
  })
}
