import { alignUp } from '../../base/bits.ts'
import type { StoredRefcounts } from '../check/stored-refcounts.ts'
import type { CheckSubject } from '../check/subject.ts'

/** So far behind the last cluster that no region which the end of the file cuts reaches there. */
const margin = 16
/** What an entry's offset bits hold: 9 to 55. */
const offsetEnd = 2 ** 56

/** Which offsets an entry of this image may have, and which one stands for all others. */
export class Places {
  readonly subject: CheckSubject
  readonly #stored: StoredRefcounts
  #uncounted: number | undefined
  #unreadable: number | undefined

  constructor(subject: CheckSubject, stored: StoredRefcounts) {
    this.subject = subject
    this.#stored = stored
  }

  isInFile(offset: number): boolean {
    return offset < this.subject.fileLength
  }

  /** In the file, or in what a file that was cut had there: its refcounts still say so. */
  isKnown(offset: number): boolean {
    return this.isInFile(offset) || (this.#refcountAt(offset) ?? 0) > 0
  }

  /**
   * Stands for an offset that is not known, and is judged as it is: past the end of the file, with a refcount
   * of zero, or one that cannot be read. Says nothing else about it.
   */
  standInFor(offset: number): number {
    return this.#refcountAt(offset) === undefined ? this.#unreadablePlace() : this.#uncountedPlace()
  }

  /** A multiple of the cluster size past the end of the file. */
  get pastEnd(): number {
    const { fileLength, clusterSize } = this.subject
    return alignUp(fileLength, clusterSize) + margin * clusterSize
  }

  #refcountAt(offset: number): number | undefined {
    return this.#stored.get(Math.floor(offset / this.subject.clusterSize))
  }

  #uncountedPlace(): number {
    this.#uncounted ??= this.#search((index, from) => {
      const { kind } = this.#stored.block(index)
      if (kind === 'absent') return from
      if (kind === 'unreadable') return undefined
      const end = (index + 1) * this.#stored.perBlock
      for (let cluster = from; cluster < end; cluster++) {
        if (this.#stored.get(cluster) === 0) return cluster
      }
      return undefined
    })
    return this.#uncounted
  }

  #unreadablePlace(): number {
    this.#unreadable ??= this.#search((index, from) =>
      this.#stored.block(index).kind === 'unreadable' ? from : undefined,
    )
    return this.#unreadable
  }

  /** Asks for each refcount block that counts clusters past the end, and at last for what no block counts. */
  #search(clusterIn: (index: number, from: number) => number | undefined): number {
    const { clusterSize } = this.subject
    const { perBlock, entries } = this.#stored
    const first = this.pastEnd / clusterSize
    for (let index = Math.floor(first / perBlock); index < entries; index++) {
      const cluster = clusterIn(index, Math.max(first, index * perBlock))
      if (cluster !== undefined) return this.#offsetOf(cluster)
    }
    return this.#offsetOf(Math.max(first, entries * perBlock))
  }

  #offsetOf(cluster: number): number {
    const offset = cluster * this.subject.clusterSize
    return offset < offsetEnd ? offset : this.pastEnd
  }
}
