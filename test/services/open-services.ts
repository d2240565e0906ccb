import { connect } from '../../ipc/connect.ts'
import { contract, type Contract } from '../../ipc/contract.ts'
import type { Client } from '../../ipc/procedure.ts'
import { serve } from '../../ipc/serve.ts'
import type { CreateAction, ImageAction } from '../../ipc/schemas/action.ts'
import type { Job, JobProgress } from '../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import type { ActionPlan } from '../../ipc/schemas/plan.ts'
import { serveErrors } from '../../main/serve-errors.ts'
import { createServices } from '../../main/services.ts'
import { inMemoryPair } from '../ipc/in-memory-pair.ts'
import type { TempFolder } from '../helpers/temp-folder.ts'
import { engineWorker, scanWorker } from './built-workers.ts'
import { testShell, type TestShell } from './test-shell.ts'

/** Real services with one window, which speaks through the contract. */
export interface OpenServices extends AsyncDisposable {
  readonly client: Client<Contract>
  /** Of another window. */
  readonly otherClient: Client<Contract>
  add(...paths: string[]): Promise<readonly number[]>
  row(imageId: number): Promise<LibraryRow | undefined>
  /** Every plan that a window is shown, the last one being the answer. */
  plans(
    imageId: number,
    request: ImageAction,
    options?: { readonly signal?: AbortSignal; readonly onPlan?: (plan: ActionPlan) => void },
  ): Promise<readonly ActionPlan[]>
  plan(imageId: number, request: ImageAction): Promise<ActionPlan>
  /** Starts it and waits for its end, whatever that is. */
  run(
    imageId: number,
    request: ImageAction,
    planToken: string | undefined,
    options?: {
      readonly onProgress?: (progress: JobProgress, jobId: string) => void
      readonly onJob?: (job: Job) => void
    },
  ): Promise<Job>
  create(request: CreateAction, planToken: string | undefined): Promise<Job>
  /** Resolves with the job's record once it has ended. */
  ended(jobId: string): Promise<Job>
}

const endStates: ReadonlySet<Job['state']> = new Set([
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
  'interrupted',
])

export async function openServices(
  folder: TempFolder,
  shell: TestShell = testShell(),
): Promise<OpenServices> {
  const services = await createServices({
    shell,
    actor: 'web',
    appVersion: '1.2.3',
    engineWorkerUrl: engineWorker,
    scanWorkerUrl: scanWorker,
    dataFolder: folder.file('data'),
    logFolder: folder.file('logs'),
    vmPlaces: [],
  })
  const windows = [inMemoryPair(), inMemoryPair()] as const
  for (const { services: end } of windows) {
    serve(contract, services.handlers, end, {
      errors: serveErrors,
      onDefect: (procedure, thrown) => {
        queueMicrotask(() => {
          throw new Error(`a defect in ${procedure}`, { cause: thrown })
        })
      },
    })
  }
  const client = connect(contract, windows[0].window)
  const jobs = new Map<string, Job>()
  const listeners = new Set<(job: Job | undefined, progress?: [string, JobProgress]) => void>()
  const watching = new AbortController()
  const watched = client['jobs.watch'](
    {},
    (event) => {
      if (event.type === 'progress') {
        for (const { id, progress } of event.jobs) {
          for (const listen of listeners) listen(undefined, [id, progress])
        }
      } else if (event.type !== 'batches') {
        for (const job of event.jobs) {
          jobs.set(job.id, job)
          for (const listen of listeners) listen(job)
        }
      }
    },
    { signal: watching.signal },
  ).catch(() => undefined)

  const ended = (jobId: string): Promise<Job> =>
    new Promise((resolve) => {
      const look = (job: Job | undefined): void => {
        if (job?.id !== jobId || !endStates.has(job.state)) return
        listeners.delete(look)
        resolve(job)
      }
      listeners.add(look)
      look(jobs.get(jobId))
    })

  const plans: OpenServices['plans'] = async (imageId, request, { signal, onPlan } = {}) => {
    const shown: ActionPlan[] = []
    await client['plans.action'](
      { imageId, request },
      (event) => {
        if (event.type !== 'plan') return
        shown.push(event.plan)
        onPlan?.(event.plan)
      },
      signal === undefined ? {} : { signal },
    )
    return shown
  }

  return {
    client,
    otherClient: connect(contract, windows[1].window),
    add: async (...paths) => (await client['library.addFiles']({ paths })).imageIds,
    row: async (imageId) => {
      const stop = new AbortController()
      const rows: LibraryRow[] = []
      let expected = Infinity
      await client['library.watch'](
        {},
        (event) => {
          if (event.type === 'snapshot') expected = event.rowCount
          if (event.type === 'rows') rows.push(...event.rows)
          if (rows.length >= expected) stop.abort()
        },
        { signal: stop.signal },
      ).catch(() => undefined)
      return rows.find(({ id }) => id === imageId)
    },
    plans,
    plan: async (imageId, request) => {
      const last = (await plans(imageId, request)).at(-1)
      if (last === undefined) throw new Error('no plan was shown')
      return last
    },
    run: async (imageId, request, planToken, { onProgress, onJob } = {}) => {
      let started: string | undefined
      const early: [string, JobProgress][] = []
      const listen = (job: Job | undefined, progress?: [string, JobProgress]): void => {
        if (progress !== undefined) {
          if (started === undefined) early.push(progress)
          else if (progress[0] === started) onProgress?.(progress[1], started)
        } else if (job !== undefined && job.imageId === imageId) {
          onJob?.(job)
        }
      }
      listeners.add(listen)
      try {
        const { jobIds } = await client['jobs.start']({ request, imageIds: [imageId], planToken })
        const [jobId] = jobIds
        if (jobId === undefined) throw new Error('the image was skipped')
        started = jobId
        for (const [id, progress] of early) if (id === jobId) onProgress?.(progress, jobId)
        return await ended(jobId)
      } finally {
        listeners.delete(listen)
      }
    },
    create: async (request, planToken) => {
      const { jobId } = await client['jobs.create']({ request, planToken })
      return ended(jobId)
    },
    ended,
    [Symbol.asyncDispose]: async () => {
      watching.abort()
      await watched
      for (const { window } of windows) window.close()
      await services.close()
    },
  }
}
