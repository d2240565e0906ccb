import type { Engine } from '../../core/index.ts'
import { placeHandlers } from '../files/place-handlers.ts'
import type { TaskHandlers } from '../workers/task.ts'
import { changeHandlers } from './changes/change-handlers.ts'
import type { EngineTasks } from './engine-host.ts'
import { lookHandlers } from './look-handlers.ts'

/** What an engine worker does. */
export const engineHandlers = (engine: Engine): TaskHandlers<EngineTasks> => ({
  ...lookHandlers(engine),
  ...changeHandlers(engine),
  ...placeHandlers(engine),
})
