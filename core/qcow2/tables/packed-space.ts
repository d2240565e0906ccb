import { invariant } from '../../base/assert.ts'
import { hostOffset, type HostOffset } from '../../units.ts'
import type { Geometry } from '../format/geometry.ts'
import type { Allocator } from './allocator.ts'
import type { RefcountEditor } from './refcount-editor.ts'
import type { Told } from './told.ts'

export interface PackedSpaceParts {
  readonly geometry: Geometry
  readonly refcounts: RefcountEditor
  readonly allocator: Allocator
  readonly told: Told
}

interface Room {
  /** Host offset of the next free byte. */
  next: number
  /** End of its cluster. */
  readonly end: number
}

/**
 * Room for compressed data: packed behind what was packed last, as long as its cluster has room and can be
 * counted once more, since each packed guest cluster is a reference to the host cluster it lies in.
 */
export class PackedSpace {
  readonly #geometry: Geometry
  readonly #refcounts: RefcountEditor
  readonly #allocator: Allocator
  readonly #told: Told
  #room: Room | undefined

  constructor({ geometry, refcounts, allocator, told }: PackedSpaceParts) {
    this.#geometry = geometry
    this.#refcounts = refcounts
    this.#allocator = allocator
    this.#told = told
  }

  /** Any byte offset; `bytes` are a cluster at most and lie in one. */
  reserve(bytes: number): HostOffset {
    const { clusterSize } = this.#geometry
    invariant(bytes <= clusterSize, `${bytes} packed bytes in a cluster of ${clusterSize}`)
    const room = this.#room
    if (room !== undefined && room.next + bytes <= room.end) {
      const cluster = room.end / clusterSize - 1
      const count = this.#refcounts.get(cluster)
      if (count > 0 && count < this.#refcounts.access.max) {
        this.#refcounts.set(cluster, count + 1)
        this.#told.observer?.countRaised(cluster)
        const offset = hostOffset(room.next)
        room.next += bytes
        return offset
      }
    }
    const { offset } = this.#allocator.reserve(1)
    this.#room = { next: offset + bytes, end: offset + clusterSize }
    return offset
  }

  /** Packing on in a cluster that has become free would share it with its next owner. */
  freed(cluster: number): void {
    const room = this.#room
    if (room !== undefined && room.end / this.#geometry.clusterSize - 1 === cluster) {
      this.#room = undefined
    }
  }
}
