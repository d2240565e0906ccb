import { invariant } from '../../base/assert.ts'

/** What bytes that are still to come are for. */
export type ExpectedKind =
  /** Guest bytes as they are. */
  | 'data'
  /** One compressed cluster; known whole, so it comes up with its last byte. */
  | 'packed'
  | 'l1-table'
  | 'l2-table'
  | 'refcount-table'
  /** Of no use to a reader: refcount blocks, allocated clusters that read as zeroes. */
  | 'unread'

const kinds: readonly ExpectedKind[] = [
  'data',
  'packed',
  'l1-table',
  'l2-table',
  'refcount-table',
  'unread',
]

/** A run of the stream, in bytes. */
export interface ExpectedRun {
  readonly kind: ExpectedKind
  /** Host offset. */
  readonly start: number
  readonly length: number
  /** Guest offset of what the run maps or holds; for tables that belong to the whole disk, 0. */
  readonly guest: number
}

/** Memory of one run: three numbers of 8 bytes and its kind. */
const RUN_BYTES = 25
/** 50 MiB. Images that are written from start to end need a few hundred. */
const MOST_RUNS = 2 * 1024 * 1024

/**
 * What of a stream is known beforehand, as runs: a heap, so that they come up in the order of the stream
 * whatever the order they are found in. Holds at most `MOST_RUNS` of `RUN_BYTES` bytes.
 */
export class ExpectedRuns {
  /** A run comes up once the stream has this byte: its first, or the last of a packed cluster. */
  #due = new Float64Array(1024)
  #length = new Float64Array(1024)
  #guest = new Float64Array(1024)
  #kind = new Uint8Array(1024)
  #size = 0
  readonly #most: number

  constructor(most = MOST_RUNS) {
    this.#most = most
  }

  get size(): number {
    return this.#size
  }

  /** Bytes of memory at most. */
  get limitBytes(): number {
    return this.#most * RUN_BYTES
  }

  /** False when there is no room for one more. */
  add({ kind, start, length, guest }: ExpectedRun): boolean {
    if (this.#size === this.#most) return false
    if (this.#size === this.#due.length) this.#grow()
    const due = kind === 'packed' ? start + length - 1 : start
    let at = this.#size++
    while (at > 0) {
      const above = (at - 1) >>> 1
      if (this.#dueOf(above) <= due) break
      this.#move(above, at)
      at = above
    }
    this.#due[at] = due
    this.#length[at] = length
    this.#guest[at] = guest
    this.#kind[at] = kinds.indexOf(kind)
    return true
  }

  /** Takes the first run that is due before byte `end` of the stream. */
  takeBefore(end: number): ExpectedRun | undefined {
    if (this.#size === 0 || this.#dueOf(0) >= end) return undefined
    const run = this.#runAt(0)
    this.#size--
    if (this.#size > 0) this.#sink(this.#size)
    return run
  }

  /** Puts what stands behind the last run where the heap's order has it, from the top down. */
  #sink(last: number): void {
    const due = this.#dueOf(last)
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= this.#size) break
      if (below + 1 < this.#size && this.#dueOf(below + 1) < this.#dueOf(below)) below++
      if (this.#dueOf(below) >= due) break
      this.#move(below, at)
      at = below
    }
    this.#move(last, at)
  }

  #runAt(at: number): ExpectedRun {
    const kind = kinds[this.#kind[at] ?? -1]
    invariant(kind !== undefined, 'a run has one of the kinds')
    const length = this.#length[at] ?? 0
    const due = this.#dueOf(at)
    const start = kind === 'packed' ? due + 1 - length : due
    return { kind, start, length, guest: this.#guest[at] ?? 0 }
  }

  #dueOf(at: number): number {
    return this.#due[at] ?? Infinity
  }

  #move(from: number, to: number): void {
    this.#due[to] = this.#due[from] ?? 0
    this.#length[to] = this.#length[from] ?? 0
    this.#guest[to] = this.#guest[from] ?? 0
    this.#kind[to] = this.#kind[from] ?? 0
  }

  #grow(): void {
    const capacity = Math.min(this.#due.length * 2, this.#most)
    this.#due = grown(this.#due, new Float64Array(capacity))
    this.#length = grown(this.#length, new Float64Array(capacity))
    this.#guest = grown(this.#guest, new Float64Array(capacity))
    this.#kind = grown(this.#kind, new Uint8Array(capacity))
  }
}

function grown<Values extends Float64Array | Uint8Array>(old: Values, larger: Values): Values {
  larger.set(old)
  return larger
}
