import { invariant } from './assert.ts'

interface Waiter {
  readonly holder: string
  readonly exclusive: boolean
  readonly grant: () => void
}

/**
 * Many at once (`shared`) or one alone (`exclusive`), in the order in which they asked: who comes after
 * somebody that waits for the exclusive side waits behind, so that nobody starves. Both resolve to what
 * gives the lock back: `using held = await lock.shared('write')`.
 */
export class RwLock {
  readonly #holders = new Set<Waiter>()
  readonly #waiting: Waiter[] = []

  /** `holder` names who asks, for `toString`. */
  shared(holder: string): Promise<Disposable> {
    return this.#ask(holder, false)
  }

  exclusive(holder: string): Promise<Disposable> {
    return this.#ask(holder, true)
  }

  /** Without waiting: nothing unless it would be granted at once, with nobody before it. */
  tryShared(holder: string): Disposable | undefined {
    const waiter: Waiter = { holder, exclusive: false, grant: () => {} }
    if (this.#waiting.length > 0 || !this.#admits(waiter)) return undefined
    this.#holders.add(waiter)
    return this.#heldBy(waiter)
  }

  /** Who holds it and who waits, for messages about work that does not end. */
  toString(): string {
    const names = (waiters: Iterable<Waiter>) =>
      Array.from(waiters, ({ holder, exclusive }) => (exclusive ? `${holder}!` : holder)).join(', ')
    return `held by [${names(this.#holders)}], waiting [${names(this.#waiting)}]`
  }

  #ask(holder: string, exclusive: boolean): Promise<Disposable> {
    return new Promise((resolve) => {
      const waiter: Waiter = { holder, exclusive, grant: () => resolve(this.#heldBy(waiter)) }
      this.#waiting.push(waiter)
      this.#grantNext()
    })
  }

  #heldBy(waiter: Waiter): Disposable {
    return {
      [Symbol.dispose]: () => {
        invariant(this.#holders.delete(waiter), `${waiter.holder} gives back a lock it has not got`)
        this.#grantNext()
      },
    }
  }

  #grantNext(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#admits(next)) return
      this.#waiting.shift()
      this.#holders.add(next)
      next.grant()
    }
  }

  #admits({ exclusive }: Waiter): boolean {
    if (this.#holders.size === 0) return true
    if (exclusive) return false
    // An exclusive holder is the only one there is.
    const [first] = this.#holders
    return first?.exclusive === false
  }
}
