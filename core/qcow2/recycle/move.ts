import { invariant } from '../../base/assert.ts'

/**
 * - `copying`: a place is held for it, and its content may be on the way there;
 * - `copied`: all of it is in the file at the new place;
 * - `flushed`: durably;
 * - `referenced`: the entry leads to the new place, in memory;
 * - `done`: durably.
 */
export type MoveState = 'copying' | 'copied' | 'flushed' | 'referenced' | 'done' | 'cancelled'

const next = {
  copying: ['copied', 'cancelled'],
  copied: ['flushed', 'cancelled'],
  flushed: ['referenced', 'cancelled'],
  // The guest follows the new entry already: there is nothing to go back to.
  referenced: ['done'],
  done: [],
  cancelled: [],
} as const satisfies Record<MoveState, readonly MoveState[]>

/** One guest cluster on its way from one host cluster to another, further down. */
export class Move {
  /** Number of the guest cluster. */
  readonly guest: number
  readonly source: number
  readonly target: number
  /** Its content is being read or written now: the target is not free before that ends. */
  isInFlight = false
  #state: MoveState = 'copying'

  constructor(guest: number, source: number, target: number) {
    this.guest = guest
    this.source = source
    this.target = target
  }

  get state(): MoveState {
    return this.#state
  }

  /** Only the steps that there are. */
  become(state: MoveState): void {
    const allowed: readonly MoveState[] = next[this.#state]
    invariant(allowed.includes(state), `a move goes from ${this.#state} to ${state}`)
    this.#state = state
  }
}
