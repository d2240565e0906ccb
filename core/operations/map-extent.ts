/** One run of equal allocation, as `qemu-img map --output=json` gives it. Offsets and lengths in bytes. */
export interface MapExtent {
  /** Guest offset. */
  readonly start: number
  readonly length: number
  /** 0 is the image itself, 1 its backing image… */
  readonly depth: number
  /** Some layer of the chain decides the content (data or zero), as opposed to nothing at all. */
  readonly present: boolean
  readonly zero: boolean
  readonly data: boolean
  readonly compressed: boolean
  /** Host offset in `filename`, when the bytes are stored as they are. */
  readonly offset: number | undefined
  readonly filename: string | undefined
}
