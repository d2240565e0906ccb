import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

/** How long refusing a wrong token takes at first and at most, in milliseconds. */
export interface RefusalDelay {
  readonly first: number
  readonly longest: number
}

/**
 * The secret in the printed link. It is in the fragment, which browsers send to nobody; the window
 * shows it when it opens its connection.
 */
export class AccessToken {
  readonly value = randomBytes(32).toString('base64url')
  readonly #delay: RefusalDelay
  #refusals = 0
  #waiting = 0

  constructor(refusalDelay: RefusalDelay = { first: 100, longest: 5000 }) {
    this.#delay = refusalDelay
  }

  /** Takes the same time for every wrong token: the hashes have one length and no common prefix. */
  matches(candidate: string | undefined): boolean {
    return timingSafeEqual(sha256(candidate ?? ''), sha256(this.value))
  }

  /**
   * Waits before a wrong token is answered, twice as long each time. Answers false at once when many
   * are waiting already: holding their sockets would cost more than dropping them.
   */
  async slowDown(): Promise<boolean> {
    if (this.#waiting >= 32) return false
    const wait = Math.min(this.#delay.first * 2 ** this.#refusals, this.#delay.longest)
    this.#refusals = Math.min(this.#refusals + 1, 32)
    this.#waiting += 1
    await delay(wait)
    this.#waiting -= 1
    return true
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
