import { ImageError, type ImageUse } from '../../core/index.ts'
import type { Logger } from '../log/logger.ts'
import type { JobQueue } from './queue.ts'

export interface FreeWatchOptions {
  readonly queue: Pick<JobQueue, 'changes' | 'waitingForUse' | 'holderIs' | 'letGo'>
  /** Asks the system anew. Throws what keeps it from an answer. */
  readonly whoUses: (imageId: number, signal: AbortSignal) => Promise<ImageUse>
  readonly log: Logger
  /** Milliseconds between two looks. */
  readonly interval?: number
}

/** Programs open and close images without a sign on disk. */
const defaultInterval = 3_000

/** While jobs wait for images that somebody else has open, looks at these from time to time, and lets go what is free. */
export class FreeWatch implements AsyncDisposable {
  readonly #options: FreeWatchOptions
  readonly #stopping = new AbortController()
  readonly #stopListening: () => void
  #timer: NodeJS.Timeout | undefined
  #round: Promise<void> | undefined

  constructor(options: FreeWatchOptions) {
    this.#options = options
    this.#stopListening = options.queue.changes.listen((change) => {
      if (change.type === 'job' && change.job.waitsFor !== undefined) this.#schedule(0)
    })
    this.#schedule(0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopListening()
    this.#stopping.abort()
    clearTimeout(this.#timer)
    await this.#round
  }

  /** The next round starts after the last one ended: a slow share must not pile them up. */
  #schedule(ms: number): void {
    if (this.#timer !== undefined || this.#round !== undefined) return
    if (this.#stopping.signal.aborted || this.#options.queue.waitingForUse().length === 0) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#round = this.#lookAtAll().finally(() => {
        this.#round = undefined
        this.#schedule(this.#options.interval ?? defaultInterval)
      })
    }, ms)
    this.#timer.unref()
  }

  async #lookAtAll(): Promise<void> {
    const { queue, whoUses, log } = this.#options
    for (const { jobId, imageId } of queue.waitingForUse()) {
      try {
        const { state, holders } = await whoUses(imageId, this.#stopping.signal)
        const [holder] = holders
        if (state === 'writing' || state === 'reading')
          queue.holderIs(jobId, holder?.vm ?? holder?.name)
        else queue.letGo(jobId)
      } catch (error) {
        const { kind, code } = ImageError.from(error)
        if (kind === 'cancelled') return
        // The work itself says what is wrong with the image.
        log.info('an image that is waited for could not be looked at', { job: jobId, code })
        queue.letGo(jobId)
      }
    }
  }
}
