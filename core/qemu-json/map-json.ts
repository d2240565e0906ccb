import type { MapExtent } from '../operations/map-extent.ts'

/**
 * One entry of `qemu-img map --output=json` (QEMU 7.2): its field names, order and spacing. JSON by
 * hand, numbers and booleans only: JSON.stringify takes most of the time of a map with a million
 * extents.
 */
export function qemuMapLine(extent: MapExtent): string {
  const { start, length, depth, present, zero, data, offset } = extent
  const where = offset === undefined ? '' : `, "offset": ${offset}`
  return `{ "start": ${start}, "length": ${length}, "depth": ${depth}, "present": ${present}, "zero": ${zero}, "data": ${data}${where}}`
}
