/** One distinct L2 table and everything that refers to it. */
export interface L2Reference {
  readonly offset: number
  /** How often the active L1 table refers to it; more than once is damage. */
  readonly active: number
  /** How often snapshots' L1 tables do. */
  readonly inactive: number
  /** The first reference: first guest byte mapped, host offset of the L1 entry, and whose L1 it is. */
  readonly guestStart: number
  readonly entryOffset: number
  /** Index of the snapshot, or -1 for the active state. */
  readonly owner: number
}

/** At about 100 bytes a row. */
const maxRows = 2 ** 18

/**
 * Collects references to L2 tables so that a table that many L1 tables share (snapshots do) is read once
 * and counts as often as it is referenced. Also what keeps an L1 table of four million equal entries from
 * costing four million table walks.
 */
export class L2References {
  readonly #rows = new Map<number, { -readonly [Key in keyof L2Reference]: L2Reference[Key] }>()

  get size(): number {
    return this.#rows.size
  }

  /** Full: take the tables out with `drain` before adding more. */
  get isFull(): boolean {
    return this.#rows.size >= maxRows
  }

  add(
    reference: Pick<L2Reference, 'offset' | 'guestStart' | 'entryOffset' | 'owner'>,
    times: number,
  ): void {
    const { offset, owner } = reference
    let row = this.#rows.get(offset)
    if (row === undefined) {
      row = { ...reference, active: 0, inactive: 0 }
      this.#rows.set(offset, row)
    }
    if (owner < 0) row.active += times
    else row.inactive += times
  }

  /** Every table once, in file order (neighbours are read one after the other); then none are left. */
  drain(): readonly L2Reference[] {
    const rows = [...this.#rows.values()].toSorted((one, other) => one.offset - other.offset)
    this.#rows.clear()
    return rows
  }
}
