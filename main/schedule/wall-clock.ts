/** The time of day, handed in so that tests decide when it passes. */
export interface WallClock {
  /** Unix time in milliseconds; goes back when somebody sets it. */
  now(): number
  /** Calls `wake` once, `ms` from now at the earliest, unless it is disposed of before. */
  after(ms: number, wake: () => void): Disposable
}

export const wallClock: WallClock = {
  now: () => Date.now(),
  after(ms, wake) {
    const timer = setTimeout(wake, ms)
    // Nobody keeps a program running to wait for next week.
    timer.unref()
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}
