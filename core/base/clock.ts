/** Time as an operation sees it, handed in so that tests decide when it passes. */
export interface Clock {
  /** Milliseconds since an arbitrary moment; never goes back. */
  now(): number
  /** Calls `wake` once, `ms` from now at the earliest, unless it is disposed of before. */
  after(ms: number, wake: () => void): Disposable
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, wake) {
    const timer = setTimeout(wake, ms)
    return {
      [Symbol.dispose]: () => {
        clearTimeout(timer)
      },
    }
  },
}
