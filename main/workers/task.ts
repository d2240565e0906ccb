import type { PauseGate } from '../../core/index.ts'
import type { Hold } from './hold.ts'

/** What a kind of worker can do: by name, what goes in, what comes out, what it tells meanwhile. */
export type TaskTable = Readonly<
  Record<string, { readonly input: unknown; readonly output: unknown; readonly event: unknown }>
>

export interface TaskContext<Event> {
  readonly signal: AbortSignal
  /** The work stands still at its next turn while somebody wants that. */
  readonly pause: PauseGate
  /** Resolves when the main thread has taken it in: a producer of much waits, one of little need not. */
  emit(event: Event): Promise<void>
}

/** The worker's side of a table. */
export type TaskHandlers<Table extends TaskTable> = {
  readonly [Name in keyof Table]: (
    input: Table[Name]['input'],
    context: TaskContext<Table[Name]['event']>,
  ) => Promise<Table[Name]['output']>
}

export interface TaskOptions<Event> {
  readonly signal?: AbortSignal | undefined
  /** Through which the task can be made to stand still. */
  readonly hold?: Hold | undefined
  readonly onEvent?: ((event: Event) => void) | undefined
}
