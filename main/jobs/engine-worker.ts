/** Entry of the engine's worker threads. */
import { parentPort } from 'node:worker_threads'
import { createEngine } from '../../core/index.ts'
import { serveTasks } from '../workers/serve-tasks.ts'
import { engineHandlers } from './engine-handlers.ts'

if (parentPort === null) throw new TypeError('engine-worker runs as a worker thread only')
serveTasks(({ pause }) => engineHandlers(createEngine({ pace: pause })), parentPort)
