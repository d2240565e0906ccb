import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { WorkerPool, type WorkerPoolOptions } from '../../../../main/workers/worker-pool.ts'
import { takesAll } from '../../../helpers/some-of.ts'
import type { AwkwardTasks } from './awkward-worker.ts'

const openPool = (options: Partial<WorkerPoolOptions> = {}): WorkerPool<AwkwardTasks> =>
  new WorkerPool({ url: new URL('awkward-worker.ts', import.meta.url), size: () => 1, ...options })

/** Begins a task and answers, once it runs, with what comes of it. */
async function begin(
  pool: WorkerPool<AwkwardTasks>,
  name: keyof AwkwardTasks,
  signal?: AbortSignal,
): Promise<{ readonly end: Promise<unknown> }> {
  const begun = Promise.withResolvers<void>()
  const end = pool
    .run(name, undefined, { signal, onEvent: () => begun.resolve() })
    .catch((error: unknown) => error)
  await begun.promise
  return { end }
}

describe('a pool of threads that is closed', () => {
  it('cancels what runs and what waits', async () => {
    const pool = openPool()
    const { end } = await begin(pool, 'neverAnswer')
    const waiting = pool.run('answer', undefined).catch((error: unknown) => error)
    await pool.close()
    expect(await end).toMatchObject({ reason: 'cancelled' })
    expect(await waiting).toMatchObject({ reason: 'cancelled' })
  })

  it('ends a thread that reads nothing any more', async () => {
    const pool = openPool()
    const { end } = await begin(pool, 'neverLetGo')
    await pool.close()
    expect(await end).toMatchObject({ reason: 'cancelled' })
  })

  it('lives on when a thread is just loading a native library', async () => {
    // In a process of its own: what went wrong here was its abort.
    const program = fileURLToPath(new URL('ending-while-loading.ts', import.meta.url))
    await expect(
      promisify(execFile)(process.execPath, [program, '0', takesAll ? '12' : '3']),
    ).resolves.toEqual({
      stdout: '',
      stderr: '',
    })
  })
})

describe('a cancelled task that does not answer', () => {
  it('takes its thread along, and the next task gets another', async () => {
    const pool = openPool({ graceMs: () => 1 })
    const stop = new AbortController()
    const { end } = await begin(pool, 'neverAnswer', stop.signal)
    stop.abort()
    const next = pool.run('answer', undefined)
    expect(await end).toMatchObject({ reason: 'cancelled' })
    expect(await next).toBeUndefined()
    await pool.close()
  })
})
