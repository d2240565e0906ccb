import { alignDown, alignUp } from '../../base/bits.ts'
import { SECTOR } from '../format/constants.ts'

/**
 * Which bytes of a table differ from the file: one range, in whole sectors, because a power cut tears
 * writes there and never inside an entry.
 */
export class DirtyRange {
  #from = Infinity
  #to = 0

  get isEmpty(): boolean {
    return this.#from >= this.#to
  }

  get from(): number {
    return this.#from
  }

  get to(): number {
    return this.#to
  }

  add(from: number, to: number): void {
    this.#from = Math.min(this.#from, alignDown(from, SECTOR))
    this.#to = Math.max(this.#to, alignUp(to, SECTOR))
  }

  clear(): void {
    this.#from = Infinity
    this.#to = 0
  }
}
