import { ImageError } from '../errors/image-error.ts'
import type { PauseGate } from './pause-switch.ts'

/** Throws `cancelled` when the person or the program that started the work no longer wants it. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new ImageError('cancelled', {}, { cause: signal.reason })
}

/**
 * Lets synchronous engine loops stay cancellable: `await breath()` inside a hot loop costs a clock
 * read, and gives the event loop a turn (so that an abort message can arrive) once `everyMs` passed.
 * The longest time between two calls plus `everyMs` bounds how late a cancel is noticed. Loops whose
 * steps take microseconds ask for the clock to be read every `everyCalls` calls only.
 */
export function breather(
  signal: AbortSignal | undefined,
  {
    everyMs = 40,
    everyCalls = 1,
    pause: gate,
  }: {
    readonly everyMs?: number
    readonly everyCalls?: number
    /** Where the loop may stand still, for as long as it is wanted. */
    readonly pause?: PauseGate | undefined
  } = {},
): () => Promise<void> | undefined {
  let last = performance.now()
  let calls = 0
  const pause = async () => {
    await yieldToEventLoop()
    throwIfAborted(signal)
    if (gate?.isPaused === true) await gate.untilResumed(signal)
    last = performance.now()
  }
  return () => {
    calls++
    if (calls < everyCalls) return undefined
    calls = 0
    if (performance.now() - last < everyMs) return undefined
    return pause()
  }
}

const yieldToEventLoop = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve)
  })
