import { alignUp, ceilDiv } from '../../base/bits.ts'
import type { WritableFile } from '../../storage/writable-file.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import { SECTOR } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import { refcountAccess } from '../format/refcount-block.ts'
import type { Restructure } from '../restructure/restructure.ts'

/**
 * New places for compressed data of a structure that is exchanged: one behind the other, each beginning as far
 * into a sector as before, so that the sectors its entry counts are the same ones. Every guest cluster is a
 * reference to each host cluster its data touches; where a refcount is full the data goes to another one.
 */
export class PackedRoom {
  readonly #file: WritableFile
  readonly #change: Restructure
  readonly #geometry: Geometry
  /** The next free sector, and the end of the clusters that were reserved. */
  #next = 0
  #end = 0

  constructor(file: WritableFile, change: Restructure, geometry: Geometry) {
    this.#file = file
    this.#change = change
    this.#geometry = geometry
  }

  /** Writes what lay at host offset `was`, up to the end of a sector; gives where it is now. */
  put(bytes: Uint8Array, was: number): HostOffset {
    const into = was % SECTOR
    const { clusterSize } = this.#geometry
    let at = this.#next + into
    const last = at + bytes.length - 1
    if (last >= this.#end || this.#isFull(at) || this.#isFull(last)) {
      const run = this.#change.reserve(ceilDiv(into + bytes.length, clusterSize))
      // Whole, so that the file does not end inside a cluster that is counted.
      this.#change.write(run, new Uint8Array(0), 'compressed')
      at = run.offset + into
      this.#end = run.offset + run.clusters * clusterSize
    } else {
      const first = Math.floor(at / clusterSize)
      this.#change.add(first * clusterSize, Math.floor(last / clusterSize) - first + 1)
    }
    this.#file.writeNow(bytes, at, 'compressed')
    this.#next = alignUp(at + bytes.length, SECTOR)
    return hostOffset(at)
  }

  #isFull(at: number): boolean {
    const { clusterSize, refcountOrder } = this.#geometry
    return this.#change.count(Math.floor(at / clusterSize)) >= refcountAccess(refcountOrder).max
  }
}
