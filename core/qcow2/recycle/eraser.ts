import { ceilDiv } from '../../base/bits.ts'
import { hostOffset } from '../../units.ts'
import type { Erasure, Holdings } from './holdings.ts'
import type { RecyclableImage } from './recyclable-image.ts'

/** So much is written in one go, between two looks at who wants it to end. */
const WRITE_BYTES = 1024 * 1024
/** A hole costs the same whatever its length; this only bounds one turn. */
const PUNCH_BYTES = 64 * 1024 * 1024

/** Keeps a stock of free clusters that hold zeroes, out of junk, the lowest first. */
export class Eraser {
  readonly #image: RecyclableImage
  readonly #holdings: Holdings
  readonly #keepBytes: number
  #zeroes: Uint8Array | undefined
  #canPunch = true

  /** `keepBytes` is rounded up to clusters. */
  constructor(image: RecyclableImage, holdings: Holdings, keepBytes: number) {
    this.#image = image
    this.#holdings = holdings
    this.#keepBytes = keepBytes
  }

  get hasWork(): boolean {
    return this.#next() !== undefined
  }

  /** Erases one run. */
  async run(): Promise<void> {
    const isDone = await this.#image.step(() => this.#punchNext())
    if (!isDone) await this.#writeNext()
  }

  #next(): { readonly first: number; readonly clusters: number } | undefined {
    const { file, tables } = this.#image
    const { map } = this.#holdings
    const { clusterSize } = tables.geometry
    const stock = map.count('erased') + map.count('available')
    const wanted = ceilDiv(this.#keepBytes, clusterSize) - stock
    if (wanted <= 0) return undefined
    const bytes = this.#canPunch ? PUNCH_BYTES : WRITE_BYTES
    const run = map.firstJunk(0, Math.min(wanted, Math.max(1, Math.floor(bytes / clusterSize))))
    if (run === undefined) return undefined
    // What lies past the end of the file is given out as zeroes anyway.
    const stop = Math.min(run.first + run.clusters, Math.floor(file.size() / clusterSize))
    // What no refcount block counts can be neither held nor given out.
    let end = run.first
    while (end < stop && tables.isCounted(end)) end++
    return end === run.first ? undefined : { first: run.first, clusters: end - run.first }
  }

  /** Synchronous: nobody can have taken them before they are erased. False where no hole can be made. */
  #punchNext(): boolean {
    const run = this.#next()
    if (run === undefined) return true
    if (!this.#canPunch) return false
    const { file, tables } = this.#image
    const { clusterSize } = tables.geometry
    const outcome = file.punchHole(run.first * clusterSize, run.clusters * clusterSize)
    this.#canPunch = outcome === 'punched'
    if (this.#canPunch) this.#holdings.map.erased(run.first, run.clusters)
    return this.#canPunch
  }

  async #writeNext(): Promise<void> {
    const image = this.#image
    const holdings = this.#holdings
    const begun = await image.step(() => {
      const run = this.#next()
      if (run === undefined) return undefined
      const erasure = holdings.holdForErasure(run.first, run.clusters)
      // In the same step: who waits for all that is on the way may be the next to run.
      return { erasure, written: holdings.transfers.run(() => this.#write(erasure)) }
    })
    if (begun === undefined) return
    const { erasure, written } = begun
    await written
    await image.step(() => {
      if (holdings.endErasure(erasure)) holdings.map.erased(erasure.first, erasure.clusters)
    })
  }

  async #write(erasure: Erasure): Promise<void> {
    const { tables } = this.#image
    const { clusterSize } = tables.geometry
    this.#zeroes ??= new Uint8Array(Math.max(WRITE_BYTES, clusterSize))
    const zeroes = this.#zeroes.subarray(0, erasure.clusters * clusterSize)
    try {
      await tables.writeData(zeroes, hostOffset(erasure.first * clusterSize), 'data')
    } finally {
      erasure.isInFlight = false
    }
  }
}
