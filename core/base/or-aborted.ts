import { throwIfAborted } from './abort.ts'

/**
 * The promise's outcome, or `cancelled` as soon as the signal is aborted: for waiting on somebody else, who may
 * never answer (a pipe that nobody writes to, or reads from). What the promise does afterwards is not heard.
 */
export async function orAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return promise
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => {
    try {
      throwIfAborted(signal)
    } catch (error) {
      aborted.reject(error)
    }
  }
  signal.addEventListener('abort', abort)
  try {
    abort()
    return await Promise.race([aborted.promise, promise])
  } catch (error) {
    // Whoever hears the same signal may have been first to say so, in its own words.
    throwIfAborted(signal)
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
