import { alignDown } from '../base/bits.ts'
import { crc32 } from '../base/crc32.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { PlannedWrite } from '../storage/planned-file.ts'
import { SECTOR } from './repair-records.ts'

/** A state that a sector of the image passes through. */
export interface PassingSector {
  readonly at: number
  /** CRC-32 of the sector. */
  readonly sum: number
}

/**
 * What sectors hold that are written several times, before the last time: the header's does when a repair
 * takes more than one round, or clears the marks of a damaged image in the end. A repair that stops
 * between leaves them so.
 */
export function passingSectors(
  file: BlockFile,
  epochs: readonly (readonly PlannedWrite[])[],
): PassingSector[] {
  const left = new Map<number, number>()
  for (const write of epochs.flat()) {
    for (const at of sectorsOf(write)) left.set(at, (left.get(at) ?? 0) + 1)
  }
  const passing: PassingSector[] = []
  const contents = new Map<number, Uint8Array>()
  for (const write of epochs.flat()) {
    for (const at of sectorsOf(write)) {
      const more = (left.get(at) ?? 1) - 1
      left.set(at, more)
      const known = contents.get(at)
      if (known === undefined && more === 0) continue
      const sector = known ?? stored(file, at)
      putInto(sector, at, write)
      contents.set(at, sector)
      if (more > 0) passing.push({ at, sum: crc32(sector) })
      else contents.delete(at)
    }
  }
  return passing
}

function* sectorsOf({ at, bytes }: PlannedWrite): Generator<number> {
  for (let sector = alignDown(at, SECTOR); sector < at + bytes.length; sector += SECTOR)
    yield sector
}

function stored(file: BlockFile, at: number): Uint8Array {
  const sector = new Uint8Array(SECTOR)
  file.readNow(sector, at, 'data')
  return sector
}

function putInto(sector: Uint8Array, sectorAt: number, { at, bytes }: PlannedWrite): void {
  const from = Math.max(at, sectorAt)
  const to = Math.min(at + bytes.length, sectorAt + SECTOR)
  sector.set(bytes.subarray(from - at, to - at), from - sectorAt)
}
