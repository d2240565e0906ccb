import { breather, throwIfAborted } from '../base/abort.ts'
import type { OperationContext } from '../progress.ts'
import type { WritableFile } from './writable-file.ts'

/** What the range of a file has cost the host: a promise of space, or zeroes that were written. */
export type SpaceOutcome = 'promised' | 'written'

export interface SpaceRequest {
  readonly offset: number
  /** Bytes. */
  readonly length: number
  /** `falloc` asks the host for a promise, and writes zeroes where there is none to be had. */
  readonly how: 'falloc' | 'full'
}

/** Between two of these a cancel is noticed. A promise costs the host next to nothing per byte. */
const promisedAtOnce = 1024 * 1024 * 1024
const writtenAtOnce = 2 * 1024 * 1024

/**
 * Gives a range of a file that nobody has written yet its space on the host, so that no later write to
 * it meets a full disk. It reads as zeroes. Not durable before a flush.
 */
export async function provideSpace(
  file: WritableFile,
  { offset, length, how }: SpaceRequest,
  { signal, pause, onProgress }: OperationContext,
): Promise<SpaceOutcome> {
  const breath = breather(signal, { pause })
  const report = (done: number): void =>
    onProgress?.({ phase: 'space', done, total: length, unit: 'bytes' })
  const inSteps = async (
    step: number,
    provide: (at: number, bytes: number) => Promise<boolean>,
  ): Promise<boolean> => {
    report(0)
    for (let done = 0; done < length;) {
      throwIfAborted(signal)
      const bytes = Math.min(step, length - done)
      if (!(await provide(offset + done, bytes))) return false
      done += bytes
      report(done)
      await breath()
    }
    return true
  }

  const promise = async (at: number, bytes: number) => file.allocate(at, bytes) === 'allocated'
  if (how === 'falloc' && (await inSteps(promisedAtOnce, promise))) return 'promised'

  const zeroes = new Uint8Array(Math.min(writtenAtOnce, length))
  await inSteps(writtenAtOnce, async (at, bytes) => {
    await file.write(zeroes.subarray(0, bytes), at, 'data')
    return true
  })
  return 'written'
}
