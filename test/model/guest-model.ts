/**
 * What a guest may find on its disk: for each sector, what was flushed last and everything that was
 * written since. The last of them is what a reader sees as long as the power stays on.
 */
export const SECTOR = 512

export type Sector = Uint8Array<ArrayBuffer>

const zeroSector: Sector = new Uint8Array(SECTOR)

/** A state that a guest may find; of each sector one of the versions. */
export interface World {
  readonly virtualSize: number
  readonly sectors: readonly (readonly Sector[])[]
  /** Oldest first. */
  readonly snapshots: readonly SnapshotContent[]
}

export interface SnapshotContent {
  readonly name: string
  readonly sectors: readonly Sector[]
}

/**
 * `length` bytes that say in each sector which sector they were written to and when, so that a swapped
 * or aliased cluster shows. `at` need not be aligned.
 */
export function tellingBytes(
  at: number,
  length: number,
  generation: number,
): Uint8Array<ArrayBuffer> {
  const first = Math.floor(at / SECTOR)
  const count = Math.ceil((at + length) / SECTOR) - first
  const words = new Uint32Array((count * SECTOR) / 4)
  for (let sector = 0; sector < count; sector++) {
    for (let word = 0; word < SECTOR / 4; word += 2) {
      words[(sector * SECTOR) / 4 + word] = first + sector + 1
      words[(sector * SECTOR) / 4 + word + 1] = generation
    }
  }
  const skip = at - first * SECTOR
  return new Uint8Array(words.buffer).slice(skip, skip + length)
}

const sectorsOf = (content: Uint8Array, length = content.length): Sector[] =>
  Array.from({ length: length / SECTOR }, (_, sector) => {
    const bytes = new Uint8Array(SECTOR)
    bytes.set(content.subarray(sector * SECTOR, (sector + 1) * SECTOR))
    return bytes
  })

export class GuestModel {
  #sectors: Sector[][]
  #snapshots: SnapshotContent[] = []

  /** `content`: what the disk holds at first, zeroes past its end. */
  constructor(virtualSize: number, content: Uint8Array = new Uint8Array()) {
    this.#sectors = sectorsOf(content, virtualSize).map((sector) => [sector])
  }

  get virtualSize(): number {
    return this.#sectors.length * SECTOR
  }

  get snapshots(): readonly SnapshotContent[] {
    return this.#snapshots
  }

  /** Everything that may be found if the power is cut now. Does not change with the model. */
  world(): World {
    return {
      virtualSize: this.virtualSize,
      sectors: this.#sectors.map((versions) => versions.slice()),
      snapshots: this.#snapshots.slice(),
    }
  }

  /** What a reader sees now. */
  read(at: number, length: number): Uint8Array<ArrayBuffer> {
    const into = new Uint8Array(length)
    for (let done = 0; done < length;) {
      const sector = Math.floor((at + done) / SECTOR)
      const inside = (at + done) % SECTOR
      const piece = Math.min(SECTOR - inside, length - done)
      into.set(this.#now(sector).subarray(inside, inside + piece), done)
      done += piece
    }
    return into
  }

  write(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const sector = Math.floor((at + done) / SECTOR)
      const inside = (at + done) % SECTOR
      const piece = Math.min(SECTOR - inside, bytes.length - done)
      const version = this.#now(sector).slice()
      version.set(bytes.subarray(done, done + piece), inside)
      this.#sectors[sector]?.push(version)
      done += piece
    }
  }

  zero(at: number, length: number): void {
    this.write(at, new Uint8Array(length))
  }

  /** A flush has returned: what was written is what is there. */
  settle(): void {
    this.#sectors = this.#sectors.map((versions) => versions.slice(-1))
  }

  resize(virtualSize: number): void {
    const sectors = virtualSize / SECTOR
    while (this.#sectors.length < sectors) this.#sectors.push([zeroSector])
    this.#sectors.length = sectors
  }

  createSnapshot(name: string): void {
    const sectors = this.#sectors.map((_, sector) => this.#now(sector))
    this.#snapshots = [...this.#snapshots, { name, sectors }]
  }

  /** A snapshot that was there before the model. */
  keepSnapshot(name: string, content: Uint8Array): void {
    const sectors = sectorsOf(content)
    this.#snapshots = [...this.#snapshots, { name, sectors }]
  }

  applySnapshot(name: string): void {
    this.#sectors = this.#snapshot(name).sectors.map((sector) => [sector])
  }

  deleteSnapshot(name: string): void {
    const gone = this.#snapshot(name)
    this.#snapshots = this.#snapshots.filter((snapshot) => snapshot !== gone)
  }

  /** Where it was before it was deleted, or at the end when fewer are left. */
  putSnapshotBack(gone: SnapshotContent, position: number): void {
    this.#snapshots = this.#snapshots.toSpliced(position, 0, gone)
  }

  renameSnapshot(name: string, to: string): void {
    const renamed = this.#snapshot(name)
    this.#snapshots = this.#snapshots.map((snapshot) =>
      snapshot === renamed ? { ...snapshot, name: to } : snapshot,
    )
  }

  #snapshot(name: string): SnapshotContent {
    const found = this.#snapshots.find((snapshot) => snapshot.name === name)
    if (found === undefined) throw new Error(`the model has no snapshot “${name}”`)
    return found
  }

  #now(sector: number): Sector {
    const now = this.#sectors[sector]?.at(-1)
    if (now === undefined) throw new Error(`sector ${sector} is past the end of the model`)
    return now
  }
}
