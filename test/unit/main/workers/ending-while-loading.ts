/** Starts threads that load a native library, and ends each half a millisecond later than the one before: FROM TO (ms). */
import { WorkerPool } from '../../../../main/workers/worker-pool.ts'
import type { AwkwardTasks } from './awkward-worker.ts'

const [from = 0, to = 0] = process.argv.slice(2).map(Number)
for (let delay = from; delay < to; delay += 0.5) {
  const pool = new WorkerPool<AwkwardTasks>({
    url: new URL('awkward-worker.ts', import.meta.url),
    size: () => 1,
  })
  const begun = Promise.withResolvers<void>()
  const ended = pool
    .run('loadLibrary', undefined, { onEvent: () => begun.resolve() })
    .catch(() => {})
  await begun.promise
  const until = performance.now() + delay
  while (performance.now() < until);
  await pool.close()
  await ended
}
