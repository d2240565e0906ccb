import { parentPort } from 'node:worker_threads'
import { scanHandlers } from '../../../main/images/scan-handlers.ts'
import { serveTasks } from '../../../main/workers/serve-tasks.ts'
import { scriptedEngine } from './scripted-engine.ts'

const handlers = scanHandlers(scriptedEngine())
if (parentPort !== null) serveTasks(() => handlers, parentPort)
