import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BatchCounters, Job } from '../../ipc/schemas/job.ts'
import { findJob } from '../../main/history/jobs.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

const check = { kind: 'check', depth: 'metadata' } as const

// One for all tests but those that close it: its threads take a while to start.
let shared: TempFolder
let bench: Workbench
beforeAll(async () => {
  shared = await tempFolder()
  bench = openWorkbench(shared.file('data'), { parallelJobs: 1 })
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await shared[Symbol.asyncDispose]()
})

let made = 0

/** New files of these scripts, in the library. */
async function imagesOf(
  of: Workbench,
  ...scripts: readonly string[]
): Promise<{ readonly ids: readonly number[]; readonly paths: readonly string[] }> {
  const paths = scripts.map(() => shared.file(`image-${made++}.qcow2`))
  for (const [index, script] of scripts.entries()) await writeFile(paths[index] ?? '', script)
  return { ids: await of.library.addPaths(paths), paths }
}

const start = (of: Workbench, imageId: number | undefined): string =>
  of.queue.start({ request: check, imageIds: [imageId ?? 0] }).jobIds[0] ?? ''

/** The job once it is in this state. */
async function inState(of: Workbench, jobId: string, state: Job['state']): Promise<Job> {
  const now = of.queue.openJob(jobId) ?? findJob(of.db, jobId)
  if (now?.state === state) return now
  const change = await of.jobChange(
    (told) => told.type === 'job' && told.job.id === jobId && told.job.state === state,
  )
  if (change.type !== 'job') throw new Error('not a job')
  return change.job
}

/** Work that goes on until its file says otherwise. */
async function atWork(of: Workbench, imageId: number | undefined): Promise<string> {
  const isAtWork = of.jobChange(({ type }) => type === 'progress')
  const jobId = start(of, imageId)
  await isAtWork
  return jobId
}

test('a job that is paused stands still, goes on when it may, and ends as if nothing had been', async () => {
  const { ids, paths } = await imagesOf(bench, 'patient')
  const jobId = await atWork(bench, ids[0])

  bench.queue.pause(jobId)
  expect(bench.queue.openJob(jobId)?.state).toBe('pausing')
  await inState(bench, jobId, 'paused')
  expect(findJob(bench.db, jobId)?.state).toBe('paused')
  await writeFile(paths[0] ?? '', 'leaks')

  bench.queue.resume(jobId)
  expect(await inState(bench, jobId, 'succeeded')).toMatchObject({
    result: { check: { leaks: 3 } },
  })
  const messages = bench.lines.filter(({ facts }) => facts['job'] === jobId)
  expect(messages.map(({ message }) => message)).toEqual([
    'job started',
    'job phase',
    'job is to stand still',
    'job stands still',
    'job goes on',
    'job ended',
  ])
})

test('a paused job leaves its place to another and keeps its image', async () => {
  const { ids, paths } = await imagesOf(bench, 'patient', 'clean')
  const paused = await atWork(bench, ids[0])
  const sameImage = start(bench, ids[0])
  const other = start(bench, ids[1])
  bench.queue.pause(paused)
  await inState(bench, other, 'succeeded')
  expect(bench.queue.openJob(paused)?.state).toBe('paused')
  expect(bench.queue.openJob(sameImage)?.state).toBe('queued')
  await writeFile(paths[0] ?? '', 'clean')
  bench.queue.resume(paused)
  await inState(bench, paused, 'succeeded')
  await inState(bench, sameImage, 'succeeded')
})

test('a job that waits can be paused: it goes on waiting until it is resumed', async () => {
  const { ids, paths } = await imagesOf(bench, 'patient', 'clean', 'clean')
  const first = await atWork(bench, ids[0])
  const held = start(bench, ids[1])
  const last = start(bench, ids[2])
  bench.queue.pause(held)
  expect(bench.queue.openJob(held)?.state).toBe('paused')
  await writeFile(paths[0] ?? '', 'clean')
  await inState(bench, first, 'succeeded')
  await inState(bench, last, 'succeeded')
  expect(bench.queue.openJob(held)).toMatchObject({ state: 'paused' })
  expect(bench.queue.openJob(held)?.startedAt).toBeUndefined()
  bench.queue.resume(held)
  await inState(bench, held, 'succeeded')
})

test('a paused job can be cancelled, whether it ran or waited', async () => {
  const { ids } = await imagesOf(bench, 'patient', 'clean')
  const ran = await atWork(bench, ids[0])
  const waited = start(bench, ids[1])
  bench.queue.pause(waited)
  bench.queue.cancel(waited)
  bench.queue.pause(ran)
  await inState(bench, ran, 'paused')
  const end = inState(bench, ran, 'cancelled')
  bench.queue.cancel(ran)
  expect(await end).toMatchObject({ summary: 'Cancelled' })
  expect(findJob(bench.db, waited)?.state).toBe('cancelled')
})

test('a wish to pause that is withdrawn before it is heard changes nothing', async () => {
  const { ids, paths } = await imagesOf(bench, 'patient')
  const jobId = await atWork(bench, ids[0])
  bench.queue.pause(jobId)
  bench.queue.resume(jobId)
  expect(bench.queue.openJob(jobId)?.state).toBe('running')
  await writeFile(paths[0] ?? '', 'clean')
  await inState(bench, jobId, 'succeeded')
})

test('a batch that is paused starts nothing more, and single jobs pass it', async () => {
  const { ids, paths } = await imagesOf(bench, 'patient', 'clean', 'clean', 'clean')
  const isAtWork = bench.jobChange(({ type }) => type === 'progress')
  const { batchId = '', jobIds } = bench.queue.start({
    request: check,
    imageIds: ids.slice(0, 3),
    batchTitle: 'vm',
  })
  await isAtWork
  const told = bench.jobChange((change) => change.type === 'batch')
  bench.queue.pauseBatch(batchId)
  expect(await told).toMatchObject({ counters: { paused: true, done: 0 } })
  await inState(bench, jobIds[0] ?? '', 'paused')
  await inState(bench, start(bench, ids[3]), 'succeeded')
  expect(jobIds.map((id) => bench.queue.openJob(id)?.state)).toEqual(['paused', 'queued', 'queued'])
  expect(bench.queue.snapshot().batches[0]).toMatchObject({ id: batchId, paused: true })

  await writeFile(paths[0] ?? '', 'clean')
  const end = bench.jobChange(
    (change) => change.type === 'batch' && change.counters.endedAt !== undefined,
  )
  bench.queue.resumeBatch(batchId)
  const ended = (await end) as { readonly counters: BatchCounters }
  expect(ended.counters).toMatchObject({ total: 3, done: 3, ok: 3 })
  expect(ended.counters.paused).toBeUndefined()
})

test('a batch that is paused can be cancelled', async () => {
  const { ids } = await imagesOf(bench, 'patient', 'clean')
  const isAtWork = bench.jobChange(({ type }) => type === 'progress')
  const { batchId = '' } = bench.queue.start({ request: check, imageIds: ids, batchTitle: 'vm' })
  await isAtWork
  bench.queue.pauseBatch(batchId)
  const end = bench.jobChange(
    (change) => change.type === 'batch' && change.counters.endedAt !== undefined,
  )
  bench.queue.cancelBatch(batchId)
  expect(await end).toMatchObject({ counters: { total: 2, done: 2, cancelled: 2 } })
})

test('what is paused when everything closes is interrupted and can be taken up', async () => {
  await using folder = await tempFolder()
  let jobId: string
  {
    await using closing = openWorkbench(folder.file('data'), { parallelJobs: 1 })
    const { ids } = await imagesOf(closing, 'patient')
    jobId = await atWork(closing, ids[0])
    closing.queue.pause(jobId)
    await inState(closing, jobId, 'paused')
  }
  await using next = openWorkbench(folder.file('data'))
  expect(findJob(next.db, jobId)).toMatchObject({ state: 'interrupted', canResume: true })
})

test('cancelling everything waits until it has ended', async () => {
  const { ids } = await imagesOf(bench, 'patient', 'clean')
  const ran = await atWork(bench, ids[0])
  const waited = start(bench, ids[1])
  await bench.queue.cancelAndSettle()
  expect(bench.queue.snapshot().jobs).toEqual([])
  expect([ran, waited].map((id) => findJob(bench.db, id)?.state)).toEqual([
    'cancelled',
    'cancelled',
  ])
})
