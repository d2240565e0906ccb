import type { MapExtent } from '../operations/map-extent.ts'

/** One entry of `qemu-img map --output=json` (QEMU 7.2). */
export interface QemuMapEntry {
  readonly start: number
  readonly length: number
  readonly depth: number
  readonly present: boolean
  readonly zero: boolean
  readonly data: boolean
  readonly offset?: number
}

/** Our extent with QEMU's field names, in QEMU's order. */
export function qemuMapEntry(extent: MapExtent): QemuMapEntry {
  const { start, length, depth, present, zero, data, offset } = extent
  return {
    start,
    length,
    depth,
    present,
    zero,
    data,
    ...(offset === undefined ? {} : { offset }),
  }
}
