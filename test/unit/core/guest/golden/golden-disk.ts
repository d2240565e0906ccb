import { readFileSync } from 'node:fs'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { GuestBytes } from '../../../../../core/guest/guest-bytes.ts'

const SECTOR = 512

/** The sectors of a real disk that are looked at, and what blkid said of it. */
export interface GoldenDisk {
  /** Bytes. */
  readonly length: number
  readonly blkid: Readonly<Record<string, string>>
  readonly sectors: readonly number[]
  /** All of them, one after the other: deflated, Base64. */
  readonly bytes: string
}

export const goldenPath = new URL('disks.json', import.meta.url)

export const goldenDisks = (): Readonly<Record<string, GoldenDisk>> =>
  // Written by make.ts beside it.
  JSON.parse(readFileSync(goldenPath, 'utf8')) as Readonly<Record<string, GoldenDisk>>

/** Zero wherever nothing was kept. */
export function openGolden({ length, sectors, bytes }: GoldenDisk): GuestBytes {
  const kept = inflateRawSync(Buffer.from(bytes, 'base64'))
  const places = new Map(sectors.map((sector, index) => [sector, index * SECTOR]))
  return {
    length,
    async read(into, at) {
      for (let done = 0; done < into.length;) {
        const inSector = (at + done) % SECTOR
        const piece = Math.min(SECTOR - inSector, into.length - done)
        const from = places.get((at + done - inSector) / SECTOR)
        if (from === undefined) into.fill(0, done, done + piece)
        else into.set(kept.subarray(from + inSector, from + inSector + piece), done)
        done += piece
      }
    },
  }
}

/** Remembers which sectors are read, and are not zero. */
export class Recorder implements GuestBytes {
  readonly length: number
  readonly #content: Uint8Array
  readonly #sectors = new Set<number>()

  constructor(content: Uint8Array) {
    this.#content = content
    this.length = content.length
  }

  async read(into: Uint8Array, at: number): Promise<void> {
    into.set(this.#content.subarray(at, at + into.length))
    for (let sector = Math.floor(at / SECTOR); sector * SECTOR < at + into.length; sector++) {
      if (this.#sectorAt(sector).some((byte) => byte !== 0)) this.#sectors.add(sector)
    }
  }

  kept(blkid: GoldenDisk['blkid']): GoldenDisk {
    const sectors = [...this.#sectors].toSorted((one, other) => one - other)
    const bytes = Buffer.concat(sectors.map((sector) => this.#sectorAt(sector)))
    const packed = deflateRawSync(bytes, { level: 9 }).toString('base64')
    return { length: this.length, blkid, sectors, bytes: packed }
  }

  #sectorAt(sector: number): Uint8Array {
    return this.#content.subarray(sector * SECTOR, (sector + 1) * SECTOR)
  }
}
