import { parentPort } from 'node:worker_threads'
import { lookHandlers } from '../../../main/jobs/look-handlers.ts'
import { serveTasks } from '../../../main/workers/serve-tasks.ts'
import { scriptedEngine } from './scripted-engine.ts'

const handlers = lookHandlers(scriptedEngine())
if (parentPort !== null) serveTasks(() => handlers, parentPort)
