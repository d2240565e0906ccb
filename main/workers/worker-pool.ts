import { Worker, type ResourceLimits } from 'node:worker_threads'
import { ImageError } from '../../core/index.ts'
import type { Hold } from './hold.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import type { TaskOptions, TaskTable } from './task.ts'

export interface WorkerPoolOptions {
  /** The worker's entry, from the sources (.ts) or built (.js). */
  readonly url: URL
  /** Threads at most; asked before each start, so that a setting takes effect at once. */
  readonly size: () => number
  /**
   * How long a cancelled task of this name may go on before its thread is ended, in milliseconds; undefined: until it
   * ends by itself.
   */
  readonly graceMs?: (name: string) => number | undefined
  readonly resourceLimits?: ResourceLimits
  /** A thread ended by itself: a defect of ours or a lack of memory. */
  readonly onCrash?: (error: Error) => void
}

const defaultGrace = 5_000

/**
 * How long a thread that is to end has for reading so, in milliseconds. Ended from outside while a native library
 * is loaded into it, the library aborts the whole process.
 */
const endingGraceMs = 1_000

/** The engine's tables of a 16 TiB image take 256 MiB; past twice that, one image must not take the rest. */
const defaultLimits: ResourceLimits = { maxOldGenerationSizeMb: 1024 }

/**
 * Threads that stay, one task each at a time; more tasks wait their turn. A thread that crashes fails
 * its task with `worker-crashed` and is replaced when the next task needs it.
 */
export class WorkerPool<Table extends TaskTable> {
  readonly #options: WorkerPoolOptions
  readonly #threads = new Set<Thread>()
  #waiting: Task[] = []
  #nextId = 1
  #closed = false

  constructor(options: WorkerPoolOptions) {
    this.#options = options
  }

  /**
   * Rejects with the task's ImageError, with `cancelled` once the signal aborted (the task decides at
   * its next safe point; after the grace time its thread is ended), or with `worker-crashed`.
   */
  run<Name extends keyof Table & string>(
    name: Name,
    input: Table[Name]['input'],
    { signal, onEvent, hold }: TaskOptions<Table[Name]['event']> = {},
  ): Promise<Table[Name]['output']> {
    if (this.#closed || signal?.aborted === true) return Promise.reject(new ImageError('cancelled'))
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const task: Task = {
      id: this.#nextId++,
      name,
      input,
      onEvent: onEvent ?? (() => undefined),
      hold,
      resolve,
      reject,
    }
    const onAbort = (): void => this.#cancel(task)
    signal?.addEventListener('abort', onAbort, { once: true })
    const stopHolding = hold?.onChange(() => this.#thread(task)?.hold(hold.isWanted))
    this.#waiting.push(task)
    this.#dispatch()
    return promise.finally(() => {
      signal?.removeEventListener('abort', onAbort)
      stopHolding?.()
    })
  }

  /** Ends every thread; what runs or waits rejects with `cancelled`. */
  async close(): Promise<void> {
    this.#closed = true
    const waiting = this.#waiting
    this.#waiting = []
    for (const task of waiting) task.reject(new ImageError('cancelled'))
    await Promise.all([...this.#threads].map((thread) => thread.end()))
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && !this.#closed) {
      const thread = this.#idleThread()
      if (thread === undefined) return
      const task = this.#waiting.shift()
      if (task !== undefined) thread.start(task)
    }
  }

  #idleThread(): Thread | undefined {
    let busy = 0
    for (const thread of this.#threads) {
      if (thread.isFree) return thread
      busy += 1
    }
    if (busy >= Math.max(1, this.#options.size())) return undefined
    const thread = new Thread(this.#options, {
      onIdle: () => this.#dispatch(),
      onEnd: () => {
        this.#threads.delete(thread)
        this.#dispatch()
      },
    })
    this.#threads.add(thread)
    return thread
  }

  #cancel(task: Task): void {
    const index = this.#waiting.indexOf(task)
    if (index !== -1) {
      this.#waiting.splice(index, 1)
      task.reject(new ImageError('cancelled'))
      return
    }
    this.#thread(task)?.cancel()
  }

  #thread(task: Task): Thread | undefined {
    return Array.from(this.#threads).find((thread) => thread.task === task)
  }
}

interface Task {
  readonly id: number
  readonly name: string
  readonly input: unknown
  readonly onEvent: (event: unknown) => void
  readonly hold: Hold | undefined
  readonly resolve: (value: unknown) => void
  readonly reject: (error: ImageError) => void
}

interface ThreadEvents {
  readonly onIdle: () => void
  readonly onEnd: () => void
}

class Thread {
  readonly #worker: Worker
  readonly #graceMs: (name: string) => number | undefined
  readonly #events: ThreadEvents
  #task: Task | undefined
  #graceTimer: NodeJS.Timeout | undefined
  #endingTimer: NodeJS.Timeout | undefined
  readonly #ended = Promise.withResolvers<void>()
  #isEnding = false

  constructor(
    {
      url,
      graceMs = () => defaultGrace,
      resourceLimits = defaultLimits,
      onCrash,
    }: WorkerPoolOptions,
    events: ThreadEvents,
  ) {
    this.#graceMs = graceMs
    this.#events = events
    this.#worker = new Worker(url, { resourceLimits, execArgv: [] })
    this.#worker.on('message', (message: FromWorker) => this.#receive(message))
    let crash: Error | undefined
    this.#worker.on('error', (error: unknown) => {
      crash = error instanceof Error ? error : new Error(String(error))
      onCrash?.(crash)
    })
    this.#worker.on('exit', () => {
      clearTimeout(this.#graceTimer)
      clearTimeout(this.#endingTimer)
      this.#ended.resolve()
      const task = this.#task
      this.#task = undefined
      task?.reject(
        this.#isEnding
          ? new ImageError('cancelled')
          : new ImageError('worker-crashed', {}, { cause: crash }),
      )
      this.#events.onEnd()
    })
  }

  get task(): Task | undefined {
    return this.#task
  }

  /** A thread that ends takes no more tasks, even when it has finished its own in the meantime. */
  get isFree(): boolean {
    return this.#task === undefined && !this.#isEnding
  }

  start(task: Task): void {
    this.#task = task
    this.#send({ type: 'start', id: task.id, name: task.name, input: task.input })
    // A stand was wanted while it waited for a thread.
    if (task.hold?.isWanted === true) this.hold(true)
  }

  hold(isWanted: boolean): void {
    if (this.#task === undefined) return
    this.#send({ type: isWanted ? 'hold' : 'release', id: this.#task.id })
  }

  cancel(): void {
    if (this.#task === undefined) return
    this.#send({ type: 'cancel', id: this.#task.id })
    const grace = this.#graceMs(this.#task.name)
    if (grace !== undefined) this.#graceTimer = setTimeout(() => void this.end(), grace)
  }

  /** Resolves when it has ended: by itself as soon as it reads that it shall, else (it is in a loop) from outside. */
  async end(): Promise<void> {
    if (!this.#isEnding) {
      this.#isEnding = true
      this.#send({ type: 'end' })
      this.#endingTimer = setTimeout(() => void this.#worker.terminate(), endingGraceMs)
    }
    await this.#ended.promise
  }

  #receive(message: FromWorker): void {
    const task = this.#task
    if (task?.id !== message.id) return
    switch (message.type) {
      case 'event':
        this.#send({ type: 'ack', id: task.id })
        task.onEvent(message.value)
        break
      case 'standing':
        task.hold?.stands()
        break
      case 'done':
        this.#free()
        task.resolve(message.value)
        break
      case 'failed':
        this.#free()
        task.reject(ImageError.fromJSON(message.error))
        break
    }
  }

  #free(): void {
    clearTimeout(this.#graceTimer)
    this.#task = undefined
    this.#events.onIdle()
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message, [])
  }
}
