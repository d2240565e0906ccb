import { alignDown } from '../../base/bits.ts'
import { BoundedTasks } from '../../base/bounded-tasks.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import { unitsTouched, entryWords, type ClusterState } from './cluster-state.ts'
import { copyOnWrite, unitsAfter, type GuestPiece } from './copy-on-write.ts'
import { nextStep, type WriteStep } from './write-plan.ts'
import { stateOf, type WrittenLayer } from './written-layer.ts'

/** Steps of one write that go on at the same time. */
const DEPTH = 8

/**
 * Writes guest bytes that lie inside the disk. Data is in the file before its entry is set, so an error
 * leaves each cluster as it was or as it was to be, and what was reserved for it is free again. When it
 * throws, nothing of it is under way any more.
 */
export async function writeRange(layer: WrittenLayer, from: Uint8Array, at: number): Promise<void> {
  if (from.length === 0) return
  const end = at + from.length
  const first = nextStep(layer, at, end)
  // Most writes are one step.
  if (first.end === end) return perform(layer, first, { bytes: from, at })
  const tasks = new BoundedTasks(DEPTH)
  try {
    for (let position = at; position < end;) {
      const step = nextStep(layer, position, end)
      const piece = { bytes: from.subarray(step.at - at, step.end - at), at: step.at }
      await tasks.add(() => perform(layer, step, piece))
      position = step.end
    }
  } catch (error) {
    await tasks.settled()
    throw error
  }
  await tasks.finish()
}

async function perform(layer: WrittenLayer, step: WriteStep, piece: GuestPiece): Promise<void> {
  switch (step.kind) {
    case 'in-place':
      return layer.store.write(piece.bytes, step.host)
    case 'attach':
      await writeClusters(layer, piece, { host: step.host, attach: true, readsZeroes: false })
      return link(layer, piece, { host: step.host, attach: true })
    case 'allocate':
      return allocate(layer, piece)
  }
}

async function allocate(layer: WrittenLayer, { bytes, at }: GuestPiece): Promise<void> {
  const { clusterSize } = layer.rules.geometry
  const end = at + bytes.length
  for (let position = at; position < end;) {
    const first = alignDown(position, clusterSize)
    const run = layer.store.reserve(first, Math.ceil((end - first) / clusterSize))
    const until = Math.min(first + run.clusters * clusterSize, end)
    const piece = { bytes: bytes.subarray(position - at, until - at), at: position }
    const target = { host: run.offset, attach: false, readsZeroes: run.reads === 'zeroes' }
    try {
      await writeClusters(layer, piece, target)
    } catch (error) {
      layer.store.unreserve(run)
      throw error
    }
    link(layer, piece, target)
    position = until
  }
}

interface Target {
  /** Host offset of the cluster that the first byte belongs to; the others follow. */
  readonly host: HostOffset
  readonly attach: boolean
}

/** Writes guest bytes, and what must be copied around them, to neighbouring host clusters. */
async function writeClusters(
  layer: WrittenLayer,
  { bytes, at }: GuestPiece,
  { host, attach, readsZeroes }: Target & { readonly readsZeroes: boolean },
): Promise<void> {
  const { clusterSize } = layer.rules.geometry
  const origin = alignDown(at, clusterSize)
  const end = at + bytes.length
  const lastStart = alignDown(end - 1, clusterSize)
  /** The part of the bytes in the cluster at `cluster`, with what must be copied around it. */
  const edge = (cluster: number): Promise<readonly GuestPiece[]> => {
    const from = Math.max(at, cluster)
    const to = Math.min(end, cluster + clusterSize)
    return copyOnWrite(layer, {
      bytes: bytes.subarray(from - at, to - at),
      at: from,
      cluster,
      state: stateOf(layer, cluster / clusterSize),
      attach,
      readsZeroes,
    })
  }
  const pieces: GuestPiece[] = []
  const hasHead = at !== origin
  const hasTail = end !== lastStart + clusterSize && !(hasHead && lastStart === origin)
  if (hasHead) pieces.push(...(await edge(origin)))
  const bodyStart = hasHead ? origin + clusterSize : at
  const bodyEnd = hasTail ? lastStart : end
  if (bodyStart < bodyEnd) {
    pieces.push({ bytes: bytes.subarray(bodyStart - at, bodyEnd - at), at: bodyStart })
  }
  if (hasTail) pieces.push(...(await edge(lastStart)))
  for (const piece of joined(pieces, bytes, at)) {
    await layer.store.write(piece.bytes, hostOffset(host + piece.at - origin))
  }
}

/** Pieces that are neighbouring parts of the guest's own buffer become one write again. */
function joined(pieces: readonly GuestPiece[], bytes: Uint8Array, at: number): GuestPiece[] {
  const whole: GuestPiece[] = []
  for (const piece of pieces) {
    const last = whole.at(-1)
    const follows = last !== undefined && last.at + last.bytes.length === piece.at
    const isOwn = ({ bytes: part }: GuestPiece) => part.buffer === bytes.buffer
    if (follows && isOwn(last) && isOwn(piece)) {
      const length = last.bytes.length + piece.bytes.length
      whole[whole.length - 1] = {
        bytes: bytes.subarray(last.at - at, last.at - at + length),
        at: last.at,
      }
    } else whole.push(piece)
  }
  return whole
}

/**
 * Lets the entries refer to what was written, cluster by cluster. When a table cannot be changed, the
 * clusters that no entry refers to yet go back.
 */
function link(layer: WrittenLayer, { bytes, at }: GuestPiece, { host, attach }: Target): void {
  const { clusterSize } = layer.rules.geometry
  const origin = alignDown(at, clusterSize)
  const end = at + bytes.length
  for (let cluster = origin; cluster < end; cluster += clusterSize) {
    const offset = hostOffset(host + cluster - origin)
    const from = Math.max(at - cluster, 0)
    const to = Math.min(end - cluster, clusterSize)
    let giveUp: (() => void) | undefined
    try {
      giveUp = linkOne(layer, cluster / clusterSize, { host: offset, attach, from, to })
    } catch (error) {
      const clusters = Math.ceil((end - cluster) / clusterSize)
      if (!attach) layer.store.unreserve({ offset, clusters })
      throw error
    }
    giveUp?.()
  }
}

/** What gives up the reference of the entry that was there before. */
function linkOne(
  layer: WrittenLayer,
  cluster: number,
  { host, attach, from, to }: Target & { readonly from: number; readonly to: number },
): (() => void) | undefined {
  const { tables, rules } = layer
  const { geometry } = rules
  const old = stateOf(layer, cluster)
  const data = unitsAfter(geometry, old, { from, to, attach })
  const giveUp = attach ? undefined : referenceOf(layer, cluster, old)
  // Also where a packed cluster's subclusters were copied: those are data now.
  const state: ClusterState = {
    place: 'own',
    hostOffset: host,
    data: (data | unitsTouched(geometry, from, to)) >>> 0,
    zero: (old.zero & ~data) >>> 0,
  }
  tables.setEntry(cluster, entryWords(state, rules))
  return giveUp
}

/** What gives up the reference that an entry holds, once another entry has taken its place. */
export function referenceOf(
  { tables, store }: WrittenLayer,
  cluster: number,
  { place, hostOffset: offset }: ClusterState,
): (() => void) | undefined {
  if (place === 'none') return undefined
  if (place !== 'packed') return () => store.unreference({ offset, clusters: 1 })
  const packed = { high: 0, low: 0, alloc: 0, zeroes: 0 }
  tables.entry(cluster, packed)
  return () => tables.unreferencePacked(packed.high, packed.low)
}
