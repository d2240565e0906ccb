import type { MapExtent } from './map-extent.ts'

/** Joins neighbouring extents that differ in nothing but their place, as `qemu-img map` joins them. */
export class ExtentJoiner {
  #current: MapExtent | undefined
  #length = 0

  /** Takes the next extent in guest order; gives the one before it once that cannot grow any more. */
  push(next: MapExtent): MapExtent | undefined {
    const current = this.#current
    if (current !== undefined && continues(current, this.#length, next)) {
      this.#length += next.length
      return undefined
    }
    const finished = this.finish()
    this.#current = next
    this.#length = next.length
    return finished
  }

  /** The extent that is still open, if any. */
  finish(): MapExtent | undefined {
    const current = this.#current
    this.#current = undefined
    if (current === undefined || current.length === this.#length) return current
    return { ...current, length: this.#length }
  }
}

function continues(current: MapExtent, length: number, next: MapExtent): boolean {
  return (
    current.depth === next.depth &&
    current.present === next.present &&
    current.zero === next.zero &&
    current.data === next.data &&
    current.compressed === next.compressed &&
    current.filename === next.filename &&
    (current.offset === undefined ? undefined : current.offset + length) === next.offset
  )
}
