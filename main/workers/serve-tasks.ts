import type { MessagePort } from 'node:worker_threads'
import { ImageError, PauseSwitch } from '../../core/index.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import type { TaskContext, TaskHandlers, TaskTable } from './task.ts'

/** A handler whose name is known at run time only. */
type AnyHandler = (input: unknown, context: TaskContext<unknown>) => Promise<unknown>

/**
 * The worker's side: runs what the pool sends, until the pool ends the thread. Every task gets handlers of its own,
 * so that what they work with can be held when the task is.
 */
export function serveTasks<Table extends TaskTable>(
  handlersFor: (task: Pick<TaskContext<unknown>, 'pause'>) => TaskHandlers<Table>,
  port: MessagePort,
): void {
  const running = new Map<number, RunningTask>()
  const send = (message: FromWorker): void => port.postMessage(message)

  const run = async (id: number, name: string, input: unknown): Promise<void> => {
    const task = new RunningTask(() => send({ type: 'standing', id }))
    running.set(id, task)
    try {
      // The pool's types allow only names of this table, with the input that belongs to them.
      const handler = handlersFor(task)[name] as AnyHandler
      const value = await handler(input, {
        signal: task.controller.signal,
        pause: task.pause,
        emit: (event) => {
          send({ type: 'event', id, value: event })
          return task.nextAck()
        },
      })
      send({ type: 'done', id, value })
    } catch (error) {
      // What an ImageError says of the file is true after a cancel, too; anything else was torn by it.
      const isTorn = task.controller.signal.aborted && !(error instanceof ImageError)
      const reason = isTorn ? new ImageError('cancelled') : ImageError.from(error)
      send({ type: 'failed', id, error: reason.toJSON() })
    } finally {
      running.delete(id)
    }
  }

  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'start':
        void run(message.id, message.name, message.input)
        break
      case 'cancel':
        running.get(message.id)?.controller.abort()
        break
      case 'hold':
        running.get(message.id)?.pause.pause()
        break
      case 'release':
        running.get(message.id)?.pause.resume()
        break
      case 'ack':
        running.get(message.id)?.acknowledge()
        break
      case 'end':
        // Of a thread, this ends the thread: between two of its own steps, never inside a call of a native library.
        process.exit()
    }
  })
}

class RunningTask {
  readonly controller = new AbortController()
  readonly pause: PauseSwitch
  readonly #waiting: (() => void)[] = []

  constructor(onStand: () => void) {
    // A cancel wakes what stands still.
    this.pause = new PauseSwitch(onStand, this.controller.signal)
  }

  nextAck(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Events are acknowledged in the order they were sent. */
  acknowledge(): void {
    this.#waiting.shift()?.()
  }
}
