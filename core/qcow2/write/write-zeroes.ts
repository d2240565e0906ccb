import { alignDown } from '../../base/bits.ts'
import { hostOffset } from '../../units.ts'
import {
  allUnits,
  entryWords,
  unitsTouched,
  type ClusterState,
  type UnitMask,
} from './cluster-state.ts'
import type { DataFileStore } from './cluster-store.ts'
import { isKnownZero, zeroesBelow } from './known-zero.ts'
import { referenceOf, writeRange } from './write.ts'
import { stateOf, type WrittenLayer } from './written-layer.ts'

/** What making a range read as zeroes did; bytes. */
export interface ZeroCounts {
  /** Zeroes that were written, because only a part of a cluster was asked for or nothing else can say it. */
  readonly erased: number
  /** Of clusters that are no longer stored. */
  readonly unmapped: number
}

export interface ZeroOptions {
  /** Gives the clusters up that are then not needed. */
  readonly unmap: boolean
}

/** One turn's outcome: all before `next` is done. */
export interface ZeroProgress extends ZeroCounts {
  readonly next: number
}

/** Clusters that one turn changes at most: so long nobody else gets at the range, and tables grow dirty. */
const TURN_CLUSTERS = 16_384

/** Zeroes are written from one buffer. */
const zeroes = new Uint8Array(2 * 1024 * 1024)

/**
 * Makes a guest range inside the disk read as zeroes, from `at` on for as much as one turn may do. What
 * reads as zeroes already is left alone, unless there is something to unmap.
 *
 * - Version 3: whole (sub)clusters get a zero mark, with or without their host cluster.
 * - Version 2 has no such mark: without a backing image clusters are given up, above one zeroes are written.
 * - A data file that must be readable by itself gets the zeroes too.
 * - Parts of (sub)clusters are widened when the rest reads as zeroes, else zeroes are written there.
 */
export async function zeroRange(
  layer: WrittenLayer,
  at: number,
  length: number,
  options: ZeroOptions,
): Promise<ZeroProgress> {
  const turn = new ZeroTurn(layer, options)
  const next = await turn.run(at, at + length)
  return { next, erased: turn.erased, unmapped: turn.unmapped }
}

class ZeroTurn {
  erased = 0
  unmapped = 0
  readonly #layer: WrittenLayer
  readonly #unmap: boolean
  #changed = 0

  constructor(layer: WrittenLayer, { unmap }: ZeroOptions) {
    this.#layer = layer
    this.#unmap = unmap
  }

  async run(at: number, end: number): Promise<number> {
    const { subclusterSize } = this.#layer.rules.geometry
    const { virtualSize } = this.#layer.content
    let position = at
    while (position < end && this.#changed < TURN_CLUSTERS) {
      const unit = alignDown(position, subclusterSize)
      const unitEnd = Math.min(unit + subclusterSize, virtualSize)
      if (position > unit || end < unitEnd) {
        await this.#zeroPart(position, Math.min(end, unitEnd))
        position = Math.min(end, unitEnd)
      } else {
        // The last unit of the disk counts as whole, though the disk may end inside it.
        const wholeEnd = end === virtualSize ? end : alignDown(end, subclusterSize)
        position = await this.#zeroUnits(position, wholeEnd)
      }
    }
    return position
  }

  /** Zeroes a part of one (sub)cluster. */
  async #zeroPart(at: number, end: number): Promise<void> {
    const { content, rules } = this.#layer
    const { subclusterSize } = rules.geometry
    const unit = alignDown(at, subclusterSize)
    const unitEnd = Math.min(unit + subclusterSize, content.virtualSize)
    const restIsZero =
      isKnownZero(content, unit, at - unit) && isKnownZero(content, end, unitEnd - end)
    if (restIsZero) await this.#zeroUnits(unit, unitEnd)
    else if (!isKnownZero(content, at, end - at)) await this.#write(at, end)
  }

  /** Zeroes whole (sub)clusters, for as long as the turn lasts; gives how far it came. */
  async #zeroUnits(at: number, end: number): Promise<number> {
    const { clusterSize } = this.#layer.rules.geometry
    let position = at
    while (position < end && this.#changed < TURN_CLUSTERS) {
      const skipped = this.#nothingToDo(position, end - position)
      if (skipped > 0) {
        position += skipped
        continue
      }
      const stop = Math.min(end, alignDown(position, clusterSize) + clusterSize)
      await this.#zeroInCluster(position, stop)
      this.#changed++
      position = stop
    }
    return position
  }

  /** Bytes from `at` that read as zeroes, and hold nothing that should be unmapped. */
  #nothingToDo(at: number, limit: number): number {
    const { content, rules } = this.#layer
    // The first unit alone: a long run of data would be measured again for each of its clusters.
    const first = content.runAt(at, Math.min(limit, rules.geometry.subclusterSize))
    const isKept = first.kind === 'zero' || first.kind === 'unallocated'
    if (!isKept || (this.#unmap && 'hostOffset' in first)) return 0
    const run = content.runAt(at, limit)
    if (run.kind === 'zero') return run.length
    return run.kind === 'unallocated' ? zeroesBelow(content.backing, at, run.length) : 0
  }

  /** Zeroes the (sub)clusters from `at` to `end`, all of one cluster. */
  async #zeroInCluster(at: number, end: number): Promise<void> {
    const layer = this.#layer
    const { rules, content, rawDataFile } = layer
    const { geometry, version } = rules
    const cluster = alignDown(at, geometry.clusterSize)
    const state = stateOf(layer, cluster / geometry.clusterSize)
    const toClusterEnd = end === content.virtualSize ? geometry.clusterSize : end - cluster
    const units = unitsTouched(geometry, at - cluster, toClusterEnd)
    const isWhole = units === allUnits(geometry)

    if (rawDataFile !== undefined) return this.#zeroDataFile(rawDataFile, state, at, end)
    if (version < 3) {
      if (zeroesBelow(content.backing, at, end - at) < end - at) return this.#write(at, end)
      return this.#replace(cluster, state, nothing)
    }
    if (state.place === 'packed' && !isWhole) return this.#write(at, end)
    this.#mark(cluster, state, units)
  }

  /** Says in the entry that subclusters are zero; gives the host cluster up where that is wanted. */
  #mark(cluster: number, state: ClusterState, units: UnitMask): void {
    const { geometry } = this.#layer.rules
    const zero = (state.zero | units) >>> 0
    const isEmpty = zero === allUnits(geometry)
    if (isEmpty && (this.#unmap || state.place === 'packed')) {
      this.#replace(cluster, state, { ...nothing, zero })
      return
    }
    const marked = { ...state, data: (state.data & ~units) >>> 0, zero }
    if (marked.data === state.data && zero === state.zero) return
    const { tables, rules } = this.#layer
    tables.setEntry(cluster / geometry.clusterSize, entryWords(marked, rules))
  }

  /** An entry that stores nothing takes the place of one that may have. */
  #replace(cluster: number, old: ClusterState, state: ClusterState): void {
    const layer = this.#layer
    const { clusterSize } = layer.rules.geometry
    const index = cluster / clusterSize
    const giveUp = referenceOf(layer, index, old)
    layer.tables.setEntry(index, entryWords(state, layer.rules))
    if (giveUp === undefined) return
    giveUp()
    this.unmapped += clusterSize
  }

  /**
   * The place in a raw data file stays the cluster's own: somebody may read that file without the image.
   * Zeroes reach it out of order with what the entry says, so the entry goes on to say `data`.
   */
  async #zeroDataFile(
    store: DataFileStore,
    state: ClusterState,
    at: number,
    end: number,
  ): Promise<void> {
    const { clusterSize } = this.#layer.rules.geometry
    if (state.data === 0) return
    const host = hostOffset(state.hostOffset + (at % clusterSize))
    if (this.#unmap && store.punch(host, end - at) === 'punched') {
      this.unmapped += end - at
      return
    }
    await writeZeroBytes(end - at, (bytes, done) => store.write(bytes, hostOffset(host + done)))
    this.erased += end - at
  }

  async #write(at: number, end: number): Promise<void> {
    await writeZeroBytes(end - at, (bytes, done) => writeRange(this.#layer, bytes, at + done))
    this.erased += end - at
  }
}

const nothing: ClusterState = { place: 'none', hostOffset: hostOffset(0), data: 0, zero: 0 }

async function writeZeroBytes(
  length: number,
  write: (bytes: Uint8Array, done: number) => Promise<void>,
): Promise<void> {
  for (let done = 0; done < length; done += zeroes.length) {
    await write(zeroes.subarray(0, Math.min(zeroes.length, length - done)), done)
  }
}
