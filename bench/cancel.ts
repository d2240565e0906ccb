import { createEngine, ImageError, type OperationContext } from '../core/index.ts'
import type { InProcess } from './bench-case.ts'

/** How long work goes on after it was told to stop, in the middle of it. */
export function cancelled(work: (context: OperationContext) => Promise<unknown>): InProcess {
  return {
    kind: 'in-process',
    seconds: async () => {
      const controller = new AbortController()
      let stoppedAt: number | undefined
      const onProgress = (): void => {
        stoppedAt ??= performance.now()
        controller.abort()
      }
      try {
        await work({ signal: controller.signal, onProgress })
      } catch (error) {
        if (!(error instanceof ImageError) || error.kind !== 'cancelled') throw error
        return (performance.now() - (stoppedAt ?? Number.NaN)) / 1000
      }
      throw new Error('the work ended before it could be cancelled')
    },
  }
}

export const engine = createEngine()
