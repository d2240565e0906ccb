import type { Word64 } from '../../base/word64.ts'
import { hostOffset } from '../../units.ts'
import { SECTOR } from '../format/constants.ts'
import type { Geometry } from '../format/geometry.ts'
import { encodeL2Entry } from '../format/l2-entry.ts'

/** The L2 entry of compressed data of `length` bytes at `offset`. */
export function packedEntry(offset: number, length: number, geometry: Geometry): Word64 {
  const sectors = Math.floor((offset + length - 1) / SECTOR) - Math.floor(offset / SECTOR) + 1
  return encodeL2Entry(
    { kind: 'compressed', hostOffset: hostOffset(offset), sectors, copied: false },
    geometry,
  )
}
