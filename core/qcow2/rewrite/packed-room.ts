import { alignUp } from '../../base/bits.ts'
import { ImageError } from '../../errors/image-error.ts'
import { SECTOR } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import type { NewFileSpace } from './new-file-space.ts'

/** Compressed data of the old file, as its descriptor bounds it. */
export interface CarriedPiece {
  /** In the old file. */
  readonly offset: number
  readonly length: number
}

/** Where a piece has gone. */
interface CarriedPlace extends CarriedPiece {
  /** In the new file. */
  readonly at: number
}

/** The clusters of the new file. */
export type PackedRoomSpace = Pick<
  NewFileSpace,
  'end' | 'mostReferences' | 'take' | 'refer' | 'references'
>

/**
 * Room for compressed data in the new file: packed piece behind piece, across clusters that follow each
 * other. Every piece is a reference to each cluster it touches, and no cluster gets more than its refcount
 * can say: then the room goes on in the next one.
 */
export class PackedRoom {
  readonly #path: string
  readonly #geometry: Geometry
  readonly #space: PackedRoomSpace
  /** The next free byte, and the end of the clusters that were taken; equal: no room. */
  #next = 0
  #end = 0
  #last: CarriedPlace | undefined

  constructor(path: string, geometry: Geometry, space: PackedRoomSpace) {
    this.#path = path
    this.#geometry = geometry
    this.#space = space
  }

  /** The first byte that no piece has yet: those before it hold pieces, or padding. */
  get next(): number {
    return this.#next
  }

  /** A place for `length` fresh bytes, which `references` entries will refer to. */
  place(length: number, references: number): number {
    const at = this.#fits(this.#next, length, references) ? this.#next : this.#fresh()
    this.#occupy(at, length, references)
    return at
  }

  /**
   * A place for data that is carried over as it stands. Only its descriptor bounds it, by whole sectors, so
   * it may reach over what comes after it in the old file: neighbours keep their distance and share what they
   * shared, and all others keep their place within a sector, so that no descriptor grows.
   */
  carry(piece: CarriedPiece, references: number): number {
    const { offset, length } = piece
    let at = this.#besideLast(piece)
    if (at === undefined || !this.#fits(at, length, references)) {
      at = inSectorAs(offset, this.#next)
      if (!this.#fits(at, length, references)) at = inSectorAs(offset, this.#fresh())
    }
    this.#occupy(at, length, references)
    this.#last = { ...piece, at }
    return at
  }

  #besideLast({ offset }: CarriedPiece): number | undefined {
    const last = this.#last
    if (last === undefined || this.#next !== last.at + last.length) return undefined
    const distance = offset - last.offset
    return distance > 0 && distance <= last.length ? last.at + distance : undefined
  }

  /** Whether the bytes can begin in the clusters that were taken, and go on where they end. */
  #fits(at: number, length: number, references: number): boolean {
    if (at >= this.#end) return false
    const { clusterSize } = this.#geometry
    if (at + length > this.#end && this.#space.end !== this.#end) return false
    const most = this.#space.mostReferences - references
    for (let cluster = at - (at % clusterSize); cluster < Math.min(at + length, this.#end);) {
      if (this.#space.references(cluster) > most) return false
      cluster += clusterSize
    }
    return true
  }

  /** The start of a cluster of its own. */
  #fresh(): number {
    this.#next = this.#space.end
    this.#end = this.#next
    return this.#next
  }

  #occupy(at: number, length: number, references: number): void {
    const { clusterSize, compressedOffsetBits } = this.#geometry
    const end = at + length
    if (end > this.#end) {
      const clusters = (alignUp(end, clusterSize) - this.#end) / clusterSize
      this.#space.take(clusters)
      this.#end += clusters * clusterSize
    }
    // What a descriptor's offset field cannot say; with 2 MiB clusters that is 512 TiB into the file.
    if (end > 2 ** compressedOffsetBits) {
      throw new ImageError('image-full', {
        path: this.#path,
        structure: 'compressed part',
        limit: 2 ** compressedOffsetBits,
        found: end,
      })
    }
    const first = at - (at % clusterSize)
    this.#space.refer(first, (alignUp(end, clusterSize) - first) / clusterSize, references)
    this.#next = Math.max(this.#next, end)
  }
}

/** The first byte from `at` on that lies in its sector where `offset` lies in its own. */
const inSectorAs = (offset: number, at: number): number =>
  at + ((((offset - at) % SECTOR) + SECTOR) % SECTOR)
