import { SECTOR, type Change, type SectorVersion } from './crash-log.ts'
import { ContentKey, hashSector, zeroHash } from './sector-hash.ts'

/** What a file holds on the platters. Holes and zeroes are the same. */
export class DurableFile {
  #sectors: (SectorVersion | undefined)[] = []
  #length = 0
  #key = new ContentKey()

  static of(content: Uint8Array): DurableFile {
    const file = new DurableFile()
    for (let sector = 0; sector * SECTOR < content.length; sector++) {
      const bytes = new Uint8Array(SECTOR)
      bytes.set(content.subarray(sector * SECTOR, (sector + 1) * SECTOR))
      file.#put(sector, versionOf(sector, bytes))
    }
    file.#length = content.length
    return file
  }

  get length(): number {
    return this.#length
  }

  /** Equal for equal content; says nothing about the length. */
  get key(): number {
    return this.#key.value
  }

  copy(): DurableFile {
    const copy = new DurableFile()
    copy.#sectors = this.#sectors.slice()
    copy.#length = this.#length
    copy.#key = this.#key.copy()
    return copy
  }

  /** The change has reached the disk, or those of its sectors have. */
  keep(change: Change, kept: 'all' | readonly boolean[]): void {
    for (const [index, version] of change.sectors.entries()) {
      if (kept === 'all' || kept[index] === true) this.#put(version.sector, version)
    }
    if (change.operation === 'truncate') this.setLength(change.fileLength)
    else if (change.operation === 'write') this.#reach(change.at + change.length)
    else this.#reach(change.fileLength)
  }

  /** What lies past a file's end is gone, also when the file grows again. */
  setLength(length: number): void {
    const whole = Math.floor(length / SECTOR)
    const rest = length - whole * SECTOR
    const edge = rest === 0 ? undefined : this.#sectors[whole]?.bytes?.slice()
    for (let sector = whole; sector < this.#sectors.length; sector++) this.#put(sector, undefined)
    this.#sectors.length = Math.min(this.#sectors.length, whole)
    this.#length = length
    if (edge === undefined) return
    edge.fill(0, rest)
    this.#put(whole, versionOf(whole, edge))
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const length = this.#length
    const bytes = new Uint8Array(length)
    for (const [place, version] of this.#sectors.entries()) {
      if (version?.bytes === undefined) continue
      const at = place * SECTOR
      if (at + SECTOR <= length) bytes.set(version.bytes, at)
      else if (at < length) bytes.set(version.bytes.subarray(0, length - at), at)
    }
    return bytes
  }

  #reach(length: number): void {
    this.#length = Math.max(this.#length, length)
  }

  #put(sector: number, version: SectorVersion | undefined): void {
    const old = this.#sectors[sector]
    if (old?.bytes !== undefined) this.#key.toggle(sector, old.hash)
    if (version?.bytes !== undefined) this.#key.toggle(sector, version.hash)
    this.#sectors[sector] = version
  }
}

function versionOf(sector: number, bytes: Uint8Array<ArrayBuffer>): SectorVersion {
  const hash = hashSector(bytes)
  return { sector, bytes: hash === zeroHash ? undefined : bytes, hash }
}
