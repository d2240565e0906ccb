/** Entry of the threads that look at folders and headers. */
import { parentPort } from 'node:worker_threads'
import { createEngine } from '../../core/index.ts'
import { serveTasks } from '../workers/serve-tasks.ts'
import { scanHandlers } from './scan-handlers.ts'

if (parentPort === null) throw new TypeError('scan-worker runs as a worker thread only')
const handlers = scanHandlers(createEngine())
serveTasks(() => handlers, parentPort)
