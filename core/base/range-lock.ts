import { invariant } from './assert.ts'

interface Claim {
  readonly start: number
  /** First byte after the range. */
  readonly end: number
  readonly exclusive: boolean
  readonly grant: () => void
  granted: boolean
}

/**
 * Locks on byte ranges `[start, end)`: shared ones overlap each other, an exclusive one overlaps nothing.
 * A claim waits for every earlier one it conflicts with, granted or waiting, so nobody starves and two
 * claims can never wait for each other. Made for the few dozen requests that a disk has under way at a
 * time: each grant looks at all of them.
 */
export class RangeLock {
  /** In the order of arrival. */
  readonly #claims: Claim[] = []

  shared(start: number, end: number): Promise<Disposable> {
    return this.#claim(start, end, false)
  }

  exclusive(start: number, end: number): Promise<Disposable> {
    return this.#claim(start, end, true)
  }

  /** Whether nobody holds any of the range or waits for it. */
  isFree(start: number, end: number): boolean {
    return !this.#claims.some((claim) => claim.start < end && start < claim.end)
  }

  /** Who holds what and who waits, for messages about work that does not end. */
  toString(): string {
    return this.#claims
      .map(
        ({ start, end, exclusive, granted }) =>
          `${granted ? 'held' : 'waiting'} ${exclusive ? 'exclusive' : 'shared'} ${start}-${end}`,
      )
      .join(', ')
  }

  #claim(start: number, end: number, exclusive: boolean): Promise<Disposable> {
    return new Promise((resolve) => {
      const claim: Claim = {
        start,
        end,
        exclusive,
        granted: false,
        grant: () => resolve(this.#heldBy(claim)),
      }
      this.#claims.push(claim)
      if (this.#isFirst(this.#claims.length - 1, claim)) grant(claim)
    })
  }

  #heldBy(claim: Claim): Disposable {
    return {
      [Symbol.dispose]: () => {
        const index = this.#claims.indexOf(claim)
        invariant(index !== -1, 'a range is given back once')
        this.#claims.splice(index, 1)
        this.#grantFreed(index)
      },
    }
  }

  /** Only claims that came after the one that went away can have waited for it. */
  #grantFreed(from: number): void {
    for (let index = from; index < this.#claims.length; index++) {
      const claim = this.#claims[index]
      if (claim === undefined || claim.granted) continue
      if (this.#isFirst(index, claim)) grant(claim)
    }
  }

  #isFirst(index: number, claim: Claim): boolean {
    for (let before = 0; before < index; before++) {
      const earlier = this.#claims[before]
      if (earlier !== undefined && conflict(earlier, claim)) return false
    }
    return true
  }
}

function grant(claim: Claim): void {
  claim.granted = true
  claim.grant()
}

const conflict = (a: Claim, b: Claim): boolean =>
  (a.exclusive || b.exclusive) && a.start < b.end && b.start < a.end
