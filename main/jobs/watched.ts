import { throttled, type OperationContext, type Progress } from '../../core/index.ts'
import type { TaskContext } from '../workers/task.ts'

/** What an engine's operation is given of the task it is part of. */
export const watched = (
  context: TaskContext<Progress>,
): Required<Pick<OperationContext, 'signal' | 'pause' | 'onProgress'>> => ({
  signal: context.signal,
  pause: context.pause,
  // At most ten a second, so there is nothing to wait for.
  onProgress: throttled((progress) => void context.emit(progress)),
})
