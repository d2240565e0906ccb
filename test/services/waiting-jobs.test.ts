/** Work on an image that somebody else has open: it waits, over a restart too, and is done once it is free. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ImageAction } from '../../ipc/schemas/action.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import { findJob } from '../../main/history/jobs.ts'
import { FreeWatch } from '../../main/jobs/free-watch.ts'
import { workUnderWay } from '../../main/jobs/work-under-way.ts'
import { open as openDisk } from '../helpers/devices.ts'
import { holdingProcess } from '../helpers/holding-process.ts'
import { createQcow2, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { engineWorker, scanWorker } from './built-workers.ts'
import { memoryLog } from './memory-log.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

vi.setConfig({ testTimeout: 40_000 })

const compact: ImageAction = { kind: 'compact', parameters: { mode: 'auto' } }

let folder: TempFolder
let file: string
beforeEach(async () => {
  folder = await tempFolder('waiting')
  file = folder.file('disk.qcow2')
  await createQcow2(file, '16M')
  await qemuIo(file, 'write -q -P 0 0 4M')
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

interface Watched extends AsyncDisposable {
  readonly bench: Workbench
  /** Resolves with the first record of a job, as it is now or will be, that fits. */
  job(fits: (job: Job) => boolean): Promise<Job>
}

function open(): Watched {
  const bench = openWorkbench(folder.file('data'), {
    engineWorker,
    scanWorker,
  })
  const watch = new FreeWatch({
    queue: bench.queue,
    log: memoryLog(),
    interval: 20,
    whoUses: (imageId) => bench.whoUses(imageId),
  })
  return {
    bench,
    job: async (fits) => {
      const now = bench.queue.snapshot().jobs.find(fits)
      if (now !== undefined) return now
      const change = await bench.jobChange((each) => each.type === 'job' && fits(each.job))
      if (change.type !== 'job') throw new Error('no job')
      return change.job
    },
    [Symbol.asyncDispose]: async () => {
      await watch[Symbol.asyncDispose]()
      await bench[Symbol.asyncDispose]()
    },
  }
}

it('waits for whoever has it open, also after a restart, and is done when they let go', async () => {
  const holder = await holdingProcess(file)
  await holder.order('hold')
  let jobId = ''
  {
    await using first = open()
    const { bench } = first
    const [imageId = 0] = await bench.library.addPaths([file])
    const heard = first.job(({ waitsFor }) => waitsFor?.holder !== undefined)
    ;[jobId = ''] = bench.queue.start({
      request: compact,
      imageIds: [imageId],
      whenFree: true,
    }).jobIds
    expect(await heard).toMatchObject({ id: jobId, state: 'queued' })
    bench.queue.pause(jobId)
    expect(bench.queue.openJob(jobId)).toMatchObject({ state: 'queued' })
    expect(workUnderWay(bench.queue.snapshot().jobs)).toEqual({ begun: 0, waiting: 0, changing: 0 })
  }
  await using second = open()
  const { bench } = second
  expect(bench.queue.openJob(jobId)).toMatchObject({ state: 'queued', waitsFor: {} })
  expect(bench.queue.leftBehind()).toEqual([])
  const ended = second.job(({ id, endedAt }) => id === jobId && endedAt !== undefined)
  await second.job(({ waitsFor }) => waitsFor?.holder !== undefined)
  await holder[Symbol.asyncDispose]()
  expect(await ended).toMatchObject({ state: 'succeeded' })
  expect((await ended).waitsFor).toBeUndefined()
})

it('is in use again by the time of its turn: it goes on waiting, and can be called off', async () => {
  await using watched = open()
  const { bench } = watched
  const [imageId = 0] = await bench.library.addPaths([file])
  await using holder = await holdingProcess(file)
  await holder.order('hold')
  const [jobId = ''] = bench.queue.start({
    request: compact,
    imageIds: [imageId],
    whenFree: true,
  }).jobIds
  const running = watched.job(({ state }) => state === 'running')
  bench.queue.letGo(jobId)
  await running
  await watched.job(({ state, waitsFor }) => state === 'queued' && waitsFor !== undefined)
  bench.queue.cancel(jobId)
  expect(findJob(bench.db, jobId)).toMatchObject({ state: 'cancelled' })
  expect(bench.queue.waitingForUse()).toEqual([])
})

it('is in use by our own work: the row does not warn of it, a plan names us', async () => {
  await using watched = open()
  const { bench } = watched
  const [imageId = 0] = await bench.library.addPaths([file])
  await using _device = await openDisk(file)
  await bench.library.refreshUses()
  expect(bench.library.row(imageId)?.use.state).toBe('free')
  expect(await bench.whoUses(imageId)).toMatchObject({
    state: 'writing',
    holders: [{ pid: process.pid, name: 'Platter' }],
  })
})
