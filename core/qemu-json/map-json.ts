import type { MapExtent } from '../operations/map-extent.ts'

/**
 * One entry of `qemu-img map --output=json` (QEMU 7.2): its field names, order and spacing. JSON by
 * hand, numbers and booleans only: JSON.stringify takes most of the time of a map with a million
 * extents.
 */
export function qemuMapLine(extent: MapExtent): string {
  const { start, length, offset } = extent
  const where = offset === undefined ? '' : `, "offset": ${offset}`
  return `{ "start": ${start}, "length": ${length}, ${stateText(extent)}${where}}`
}

/** Depth and flags of every extent seen so far as text: a handful of them, against millions of extents. */
const stateTexts: string[] = []

function stateText({ depth, present, zero, data }: MapExtent): string {
  const key = depth * 8 + (present ? 4 : 0) + (zero ? 2 : 0) + (data ? 1 : 0)
  return (stateTexts[key] ??=
    `"depth": ${depth}, "present": ${present}, "zero": ${zero}, "data": ${data}`)
}
