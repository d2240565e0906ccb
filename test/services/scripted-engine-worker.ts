import { parentPort } from 'node:worker_threads'
import { engineHandlers } from '../../main/jobs/engine-handlers.ts'
import { serveTasks } from '../../main/workers/serve-tasks.ts'
import { scriptedEngine } from './scripted-engine.ts'

if (parentPort !== null) serveTasks(engineHandlers(scriptedEngine()), parentPort)
