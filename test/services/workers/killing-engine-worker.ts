/** An engine worker that kills its whole process right after one access, as a power cut would: `KILL_AFTER` names it. */
import { parentPort } from 'node:worker_threads'
import { createEngine } from '../../../core/index.ts'
import { engineHandlers } from '../../../main/jobs/engine-handlers.ts'
import { serveTasks } from '../../../main/workers/serve-tasks.ts'
import { killPoint } from './kill-point.ts'

const { action, file = '', to = '' } = killPoint.parse(JSON.parse(process.env['KILL_AFTER'] ?? ''))

if (parentPort !== null) {
  serveTasks(
    ({ pause }) =>
      engineHandlers(
        createEngine({
          pace: pause,
          trace: (access) => {
            if (access.failure !== undefined || access.action !== action) return
            if (!access.file.endsWith(file)) return
            if ((access.to ?? '').endsWith(to)) process.kill(process.pid, 'SIGKILL')
          },
        }),
      ),
    parentPort,
  )
}
