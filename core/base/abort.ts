import { ImageError } from '../errors/image-error.ts'

/** Throws `cancelled` when the person or the program that started the work no longer wants it. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ImageError('cancelled', {}, { cause: signal.reason })
}

/**
 * Lets synchronous engine loops stay cancellable: `await breath()` inside a hot loop costs a clock
 * read, and gives the event loop a turn (so that an abort message can arrive) once `everyMs` passed.
 * The longest time between two calls plus `everyMs` bounds how late a cancel is noticed.
 */
export function breather(
  signal: AbortSignal | undefined,
  everyMs = 40,
): () => Promise<void> | undefined {
  let last = performance.now()
  const takeTurn = async (): Promise<void> => {
    await yieldToEventLoop()
    last = performance.now()
    throwIfAborted(signal)
  }
  return () => (performance.now() - last < everyMs ? undefined : takeTurn())
}

const yieldToEventLoop = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })
