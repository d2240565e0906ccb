import type { Waiting } from './scheduler.ts'

/** Jobs of one volume that all read or all write, by id, in the order in which they came. */
interface Row {
  readonly volume: string
  readonly writes: boolean
  readonly items: Map<number, Numbered>
}

interface Numbered {
  readonly item: Waiting
  /** Its place in the lane. */
  readonly number: number
}

/** Jobs that wait in line. By volume, so that ten thousand that wait for one disk cost one look, not ten thousand. */
export class Lane {
  readonly #rows = new Map<string, Row>()
  readonly #rowOf = new Map<number, Row>()
  #next = 0

  get size(): number {
    return this.#rowOf.size
  }

  add(item: Waiting): void {
    const { jobId, volume, writes } = item
    const key = `${writes ? 'writes' : 'reads'} ${volume}`
    const row = this.#rows.get(key) ?? { volume, writes, items: new Map<number, Numbered>() }
    this.#rows.set(key, row)
    row.items.set(jobId, { item, number: this.#next++ })
    this.#rowOf.set(jobId, row)
  }

  remove(jobId: number): void {
    this.#rowOf.get(jobId)?.items.delete(jobId)
    this.#rowOf.delete(jobId)
  }

  /** The first in line whose volume has room and who may go. */
  first(
    hasRoom: (volume: string, writes: boolean) => boolean,
    mayGo: (item: Waiting) => boolean,
  ): Waiting | undefined {
    let first: Numbered | undefined
    for (const { volume, writes, items } of this.#rows.values()) {
      if (items.size === 0 || !hasRoom(volume, writes)) continue
      const candidate = firstOf(items, mayGo)
      if (candidate === undefined) continue
      if (first === undefined || candidate.number < first.number) first = candidate
    }
    return first?.item
  }
}

function firstOf(
  items: ReadonlyMap<number, Numbered>,
  mayGo: (item: Waiting) => boolean,
): Numbered | undefined {
  for (const numbered of items.values()) if (mayGo(numbered.item)) return numbered
  return undefined
}
