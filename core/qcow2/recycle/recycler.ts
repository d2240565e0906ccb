import { throwIfAborted } from '../../base/abort.ts'
import { systemClock, type Clock } from '../../base/clock.ts'
import { ImageError } from '../../errors/image-error.ts'
import type { OperationContext } from '../../progress.ts'
import type { Qcow2Writer } from '../qcow2-writer.ts'
import { Alarms } from './alarms.ts'
import { compactOnline, cutTail } from './compact-online.ts'
import { Eraser } from './eraser.ts'
import { Holdings } from './holdings.ts'
import type {
  ImageRecycler,
  OnlineCompaction,
  RecyclerState,
  RecyclerWishes,
} from './image-recycler.ts'
import type { RecyclableImage } from './recyclable-image.ts'
import { noGauges, noSums, type RecyclerStatistics } from './recycler-statistics.ts'

/** How long freed clusters wait for a flush that nobody else makes. */
const FLUSH_MS = 5000
/** Nothing more was freed for so long: the guest's discards have come to an end. */
const SETTLE_MS = 5000
/** After a job that failed. */
const RETRY_MS = 5000

export interface RecyclerOptions extends RecyclerWishes {
  readonly clock?: Clock | undefined
  /** Compares all that is known with the tables after every change: for tests. */
  readonly asserts?: boolean | undefined
}

interface Request {
  readonly context: OperationContext
  readonly resolve: (outcome: OnlineCompaction) => void
  readonly reject: (error: unknown) => void
  /** Aborted when its turn has come: from then on the compaction itself hears of a cancel. */
  readonly begun: AbortController
}

/**
 * One loop that does one job at a time, the first of these that there is:
 *
 *     1  a compaction that somebody asked for
 *     2  erase junk, while fewer clusters than wanted hold zeroes
 *     3  compact, once enough was freed and nothing more is
 *     4  flush, a while after there was something to make durable; then cut the tail
 *
 * and otherwise waits for the image to change, or for a time to come.
 */
export class Recycler implements ImageRecycler {
  readonly #writer: Qcow2Writer
  readonly #wishes: RecyclerWishes
  readonly #clock: Clock
  readonly #asserts: boolean
  readonly #requests: Request[] = []
  /** Aborted when the loop is to end. */
  readonly #stop = new AbortController()
  #state: RecyclerState = 'new'
  #image: RecyclableImage | undefined
  #holdings: Holdings | undefined
  #eraser: Eraser | undefined
  #loop: Promise<void> = Promise.resolve()
  #lastError: ImageError | undefined
  #failures = 0
  /** Why the loop ends for good. */
  #lost: unknown
  /** Set while the loop waits. */
  #wake: (() => void) | undefined
  /** Something changed since the loop looked last. */
  #isNews = false
  readonly #idlers: (() => void)[] = []
  readonly #alarms: Alarms<Alarm>
  #flushIsDue = false
  #compactIsDue = false
  /** `unmapped` of the holdings when the last compaction began, and when it was looked at last. */
  #unmappedThen = 0
  #unmappedSeen = -1

  constructor(
    writer: Qcow2Writer,
    { clock = systemClock, asserts = false, ...wishes }: RecyclerOptions,
  ) {
    this.#writer = writer
    this.#wishes = wishes
    this.#clock = clock
    this.#asserts = asserts
    this.#alarms = new Alarms(clock)
  }

  get state(): RecyclerState {
    return this.#state
  }

  get lastError(): ImageError | undefined {
    return this.#lastError
  }

  get statistics(): RecyclerStatistics {
    const { sums = noSums, gauges: now = noGauges } = this.#holdings ?? {}
    return { sums, now, failures: this.#failures }
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw this.#stopped()
    this.#state = 'running'
    try {
      await this.#writer.recycle((image) => this.#meet(image))
    } catch (error) {
      this.#state = 'failed'
      throw error
    }
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#news()
    await this.#loop
    if (this.#state === 'new') this.#state = 'stopped'
  }

  compact(context: OperationContext = {}): Promise<OnlineCompaction> {
    return new Promise((resolve, reject) => {
      if (this.#state !== 'running' || this.#stop.signal.aborted) {
        reject(this.#stopped())
        return
      }
      // Whoever comes with it gets no turn to wait for.
      throwIfAborted(context.signal)
      const begun = new AbortController()
      const request = { context, resolve, reject, begun }
      this.#requests.push(request)
      this.#rejectWhenCancelled(request)
      this.#news()
    })
  }

  async idle(): Promise<void> {
    while (this.#state === 'running' && (this.#wake === undefined || this.#isNews)) {
      await new Promise<void>((resolve) => {
        this.#idlers.push(resolve)
      })
    }
  }

  assertConsistent(): void {
    if (this.#state === 'running') this.#holdings?.assertConsistent()
  }

  #meet(image: RecyclableImage): Holdings {
    this.#image = image
    this.#holdings = new Holdings(image.tables, {
      asserts: this.#asserts,
      discards: () => image.discards,
      onChange: () => {
        this.#news()
      },
      onLost: (cause) => {
        this.#lose(cause)
      },
      onClosing: () => {
        this.#stop.abort()
        this.#news()
      },
    })
    this.#eraser = new Eraser(image, this.#holdings, this.#wishes.keepErased)
    return this.#holdings
  }

  async #run(): Promise<void> {
    while (!this.#isEnding) {
      this.#isNews = false
      try {
        const job = this.#nextJob()
        if (job === undefined) {
          await this.#wait()
          continue
        }
        await job()
        if (this.#asserts) this.assertConsistent()
      } catch (error) {
        await this.#failed(error)
      }
    }
    await this.#end()
  }

  get #isEnding(): boolean {
    return this.#stop.signal.aborted || this.#lost !== undefined
  }

  #nextJob(): (() => Promise<void>) | undefined {
    const request = this.#requests.shift()
    if (request !== undefined) return () => this.#answer(request)
    const eraser = this.#eraser
    if (this.#alarms.has('retry') || eraser === undefined) return undefined
    this.#setAlarms()
    if (eraser.hasWork) return () => eraser.run()
    if (this.#compactIsDue) return () => this.#compactByItself()
    if (this.#flushIsDue) return () => this.#flush()
    return undefined
  }

  #setAlarms(): void {
    const holdings = this.#holdings
    if (holdings === undefined) return
    if (this.#hasToFlush && !this.#flushIsDue) {
      this.#setAlarm('flush', FLUSH_MS, () => {
        this.#flushIsDue = true
      })
    }
    const { compactAfterUnmaps } = this.#wishes
    const unmapped = holdings.unmapped - this.#unmappedThen
    const isMuch = unmapped * this.#clusterSize > compactAfterUnmaps
    if (compactAfterUnmaps > 0 && isMuch && !this.#compactIsDue) {
      this.#setAlarm('settle', SETTLE_MS, () => {
        this.#compactIsDue = holdings.unmapped === this.#unmappedSeen
        this.#unmappedSeen = holdings.unmapped
      })
    }
  }

  /** Whether something waits for a flush: zeroes, clusters that would be free then, a tail to cut. */
  get #hasToFlush(): boolean {
    const map = this.#holdings?.map
    if (map === undefined) return false
    return map.count('erased') + map.count('pendingFree') > 0 || this.#hasTail
  }

  /** Who only opens an image finds it as long as it was: a tail that was there is cut with the first of ours. */
  get #hasTail(): boolean {
    const map = this.#holdings?.map
    if (map === undefined || map.entered('junk') === 0) return false
    const size = this.#image?.file.size() ?? 0
    return map.top * this.#clusterSize < size - (size % this.#clusterSize)
  }

  get #clusterSize(): number {
    return this.#image?.tables.geometry.clusterSize ?? 1
  }

  #setAlarm(name: Alarm, ms: number, then: () => void): void {
    this.#alarms.set(name, ms, () => {
      then()
      this.#news()
    })
  }

  async #flush(): Promise<void> {
    this.#flushIsDue = false
    const image = this.#image
    const holdings = this.#holdings
    if (image === undefined || holdings === undefined) return
    await image.flushFiles()
    await image.commit()
    const mayGoOn = async () => {
      throwIfAborted(this.#stop.signal)
    }
    await cutTail({ image, holdings, mayGoOn })
  }

  async #compactByItself(): Promise<void> {
    await this.#compact({})
    this.#compactIsDue = false
  }

  async #answer({ context, resolve, reject, begun }: Request): Promise<void> {
    begun.abort()
    try {
      resolve(await this.#compact(context))
    } catch (error) {
      // Before the answer, for the caller may look at the image as soon as it has it.
      if (isCancel(error)) await this.#giveUp()
      else await this.#failed(error)
      reject(this.#stop.signal.aborted ? this.#stopped(error) : error)
    }
  }

  async #compact({ signal, pause, onProgress }: OperationContext): Promise<OnlineCompaction> {
    const image = this.#image
    const holdings = this.#holdings
    if (image === undefined || holdings === undefined) throw this.#stopped()
    this.#unmappedThen = holdings.unmapped
    const both =
      signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal])
    const mayGoOn = async () => {
      throwIfAborted(both)
      if (this.#lost !== undefined) throw this.#stopped(this.#lost)
      if (pause?.isPaused === true) await pause.untilResumed(both)
    }
    const clock = this.#clock
    return compactOnline({ image, holdings, clock, signal: both, mayGoOn, onProgress })
  }

  /** A request that waits is answered at once when nobody wants it any more. */
  #rejectWhenCancelled(request: Request): void {
    const { signal } = request.context
    signal?.addEventListener(
      'abort',
      () => {
        const index = this.#requests.indexOf(request)
        if (index === -1) return
        this.#requests.splice(index, 1)
        request.reject(new ImageError('cancelled', {}, { cause: signal.reason }))
      },
      { once: true, signal: request.begun.signal },
    )
  }

  async #failed(error: unknown): Promise<void> {
    await this.#giveUp()
    if (this.#stop.signal.aborted) return
    this.#failures++
    this.#lastError = asImageError(error, this.#writer.file.name)
    if (endsAll(error)) this.#lose(error)
    this.#setAlarm('retry', RETRY_MS, () => {})
  }

  /** Gives back what a job holds. */
  async #giveUp(): Promise<void> {
    const holdings = this.#holdings
    if (holdings === undefined) return
    await holdings.transfers.settled()
    try {
      await this.#image?.step(() => {
        holdings.moves.cancelAll()
        holdings.letGoOfLanded()
      })
    } catch (error) {
      // The image takes no changes any more: what is held is leaked at most.
      if (!this.#stop.signal.aborted) this.#lose(error)
    }
  }

  #lose(cause: unknown): void {
    this.#lost ??= cause
    this.#lastError ??= asImageError(cause, this.#writer.file.name)
    this.#news()
  }

  async #end(): Promise<void> {
    this.#alarms.clear()
    await this.#giveUp()
    await this.#image?.detach()
    this.#state = this.#stop.signal.aborted ? 'stopped' : 'failed'
    for (const { reject } of this.#requests.splice(0)) reject(this.#stopped(this.#lost))
    this.#tellIdlers()
  }

  #stopped(cause?: unknown): ImageError {
    return new ImageError('recycler-stopped', { path: this.#writer.file.name }, { cause })
  }

  /** The loop looks again. Called at every change of the image. */
  #news(): void {
    this.#isNews = true
    this.#wake?.()
  }

  async #wait(): Promise<void> {
    if (this.#isNews || this.#isEnding) return
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    this.#tellIdlers()
    await woken
    this.#wake = undefined
  }

  #tellIdlers(): void {
    for (const resolve of this.#idlers.splice(0)) resolve()
  }
}

type Alarm = 'flush' | 'settle' | 'retry'

const isCancel = (error: unknown): boolean =>
  error instanceof ImageError && error.reason === 'cancelled'

/** Nothing can be written any more, or nothing that is known can be trusted. */
const endsAll = (error: unknown): boolean =>
  !(error instanceof ImageError) ||
  error.reason === 'flush-failed' ||
  error.reason === 'device-failed' ||
  error.reason === 'device-closed' ||
  error.reason === 'overlap-refused'

const asImageError = (error: unknown, path: string): ImageError =>
  error instanceof ImageError
    ? error
    : new ImageError(
        'recycler-contradiction',
        { path, found: error instanceof Error ? error.message : 'the reason is not known' },
        { cause: error },
      )
