import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Job, JobRequest } from '../../ipc/schemas/job.ts'
import { findBatch } from '../../main/history/batches.ts'
import { findJob, historyPage, jobsOfBatch } from '../../main/history/jobs.ts'
import { findAllocation } from '../../main/history/allocations.ts'
import { reportBatch } from '../../main/jobs/batch-report.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

const check = { kind: 'check', depth: 'metadata' } as const
const hash = { kind: 'hash', algorithm: 'sha256', target: 'content' } as const
const map = { kind: 'map' } as const

/** Files of these scripts in the library, in this order. */
async function addImages(
  { library }: Workbench,
  folder: string,
  scripts: readonly string[],
  extension = 'qcow2',
): Promise<readonly number[]> {
  await mkdir(folder, { recursive: true })
  const paths = await Promise.all(
    scripts.map(async (script, index) => {
      const file = path.join(folder, `${String(index).padStart(4, '0')}-${script}.${extension}`)
      await writeFile(file, script)
      return file
    }),
  )
  return library.addPaths(paths)
}

const ended = (bench: Workbench, jobId: string): Promise<Job> =>
  new Promise((resolve) => {
    const stored = findJob(bench.db, jobId)
    if (stored?.endedAt !== undefined) {
      resolve(stored)
      return
    }
    void bench
      .jobChange(
        (change) =>
          change.type === 'job' && change.job.id === jobId && change.job.endedAt !== undefined,
      )
      .then((change) => change.type === 'job' && resolve(change.job))
  })

const startOne = (bench: Workbench, imageId: number, request: JobRequest): string => {
  const [jobId] = bench.queue.start({ request, imageIds: [imageId] }).jobIds
  if (jobId === undefined) throw new Error('the job was skipped')
  return jobId
}

describe('a job', () => {
  test('comes to its end whatever becomes of those who hear of it', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'))
    const images = await addImages(bench, folder.file('vm'), ['clean', 'leaks'])
    const stop = bench.queue.changes.listen(() => {
      throw new Error('a window that broke')
    })
    const heard: string[] = []
    bench.queue.changes.listen((change) => {
      if (change.type === 'batch') heard.push(`${change.counters.done} of ${change.counters.total}`)
    })
    const { jobIds } = bench.queue.start({ request: check, imageIds: images, batchTitle: 'all' })
    for (const jobId of jobIds) {
      expect(await ended(bench, jobId)).toMatchObject({ state: 'succeeded' })
    }
    stop()
    expect(heard).toEqual(['0 of 2', '1 of 2', '2 of 2'])
    expect(bench.lines.filter(({ message }) => message.startsWith('news of a job'))).not.toEqual([])
    expect(await ended(bench, startOne(bench, images[0] ?? 0, hash))).toMatchObject({
      state: 'succeeded',
    })
  })

  test('is stored before it runs and keeps its result, numbers and summary', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'))
    const [image = 0] = await addImages(bench, folder.file('vm'), ['leaks'])

    const jobId = startOne(bench, image, check)
    expect(findJob(bench.db, jobId)).toMatchObject({ state: 'running', actor: 'desktop' })
    const job = await ended(bench, jobId)

    expect(job).toMatchObject({
      state: 'succeeded',
      summary: 'Found 3 leaked clusters (192 KiB)',
      engineVersion: '9.9.9',
      result: { kind: 'check', check: { leaks: 3 } },
      fileBefore: { length: 5 },
      fileAfter: { length: 5 },
    })
    expect(findJob(bench.db, jobId)).toEqual(job)
    expect(bench.library.row(image)).toMatchObject({
      health: 'leaks',
      healthStale: false,
      lastCheckAt: job.endedAt,
      fragmentation: 0.25,
    })
  })

  test('that fails keeps the error with its words', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'))
    const [image = 0] = await addImages(bench, folder.file('vm'), ['refused'])
    const job = await ended(bench, startOne(bench, image, check))
    expect(job).toMatchObject({
      state: 'failed',
      error: { reason: 'unknown-format', code: 'PLT-1200' },
    })
    expect(JSON.stringify(job.error)).not.toMatch(/undefined|NaN/)
  })

  test('writes its id into each of its log lines', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'))
    const [image = 0] = await addImages(bench, folder.file('vm'), ['clean'])
    const jobId = startOne(bench, image, check)
    await ended(bench, jobId)
    const ofJob = bench.lines.filter(({ message }) => message.startsWith('job '))
    expect(ofJob.map(({ message }) => message)).toEqual(['job started', 'job phase', 'job ended'])
    expect(ofJob.every(({ facts }) => facts['job'] === jobId)).toBe(true)
  })

  test('keeps the digest and the picture for the library', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'))
    const [image = 0] = await addImages(bench, folder.file('vm'), ['clean'])
    await ended(bench, startOne(bench, image, hash))
    await ended(bench, startOne(bench, image, map))
    expect(bench.library.row(image)?.contentSha256).toBe('ab'.repeat(32))
    expect(findAllocation(bench.db, image)?.summary).toMatchObject({
      bucketCount: 2,
      totals: { data: 512 },
    })
  })

  test('goes stale when the file changes afterwards', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'))
    const [image = 0] = await addImages(bench, folder.file('vm'), ['clean'])
    await ended(bench, startOne(bench, image, check))
    await ended(bench, startOne(bench, image, hash))
    await writeFile(folder.file('vm', '0000-clean.qcow2'), 'a longer text')
    await bench.library.refresh([image])
    expect(bench.library.row(image)).toMatchObject({ healthStale: true, hashStale: true })
  })

  test('of a file that is gone fails and says so', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'))
    const [image = 0] = await addImages(bench, folder.file('vm'), ['clean'])
    const { rm } = await import('node:fs/promises')
    await rm(folder.file('vm', '0000-clean.qcow2'))
    const job = await ended(bench, startOne(bench, image, check))
    expect(job).toMatchObject({ state: 'failed', error: { reason: 'file-missing' } })
    expect(bench.library.row(image)?.missingSince).toBeTypeOf('number')
  })
})

describe('cancelling', () => {
  test('stops work that is under way', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'))
    const [image = 0] = await addImages(bench, folder.file('vm'), ['endless'])
    const progress = bench.jobChange(({ type }) => type === 'progress')
    const jobId = startOne(bench, image, hash)
    await progress
    const end = ended(bench, jobId)
    bench.queue.cancel(jobId)
    expect(bench.queue.openJob(jobId)?.state).toBe('cancelling')
    expect(await end).toMatchObject({ state: 'cancelled', summary: 'Cancelled' })
  })

  test('ends the thread of work that does not listen, and the next job gets a new one', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'), { parallelJobs: 1, graceMs: 10 })
    const [deaf = 0, clean = 0] = await addImages(bench, folder.file('vm'), ['deaf', 'clean'])
    const progress = bench.jobChange(({ type }) => type === 'progress')
    const deafJob = startOne(bench, deaf, check)
    const cleanJob = startOne(bench, clean, check)
    await progress
    bench.queue.cancel(deafJob)
    expect(await ended(bench, deafJob)).toMatchObject({ state: 'cancelled' })
    expect(await ended(bench, cleanJob)).toMatchObject({ state: 'succeeded' })
  })

  test('a batch keeps what is finished and drops what waits', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'), { parallelJobs: 1 })
    const imageIds = await addImages(bench, folder.file('vm'), ['clean', 'endless', 'clean'])
    const running = bench.jobChange(
      (change) => change.type === 'progress' && bench.queue.snapshot().jobs.length === 2,
    )
    const { batchId = '' } = bench.queue.start({ request: check, imageIds, batchTitle: 'vm' })
    await running
    const last = bench.jobChange(
      (change) => change.type === 'batch' && change.counters.endedAt !== undefined,
    )
    bench.queue.cancelBatch(batchId)
    expect(await last).toMatchObject({ counters: { total: 3, done: 3, ok: 1, cancelled: 2 } })
    expect(jobsOfBatch(bench.db, batchId).map(({ state }) => state)).toEqual([
      'succeeded',
      'cancelled',
      'cancelled',
    ])
  })
})

test('a thread that crashes fails its job, and the others go on', async () => {
  await using folder = await tempFolder()
  await using bench = openWorkbench(folder.file('data'), { parallelJobs: 1 })
  const [crash = 0, clean = 0] = await addImages(bench, folder.file('vm'), ['crash', 'clean'])
  const crashJob = startOne(bench, crash, check)
  const cleanJob = startOne(bench, clean, check)
  const job = await ended(bench, crashJob)
  expect(job).toMatchObject({ state: 'failed', error: { reason: 'worker-crashed' } })
  expect(job.error?.explanation.title).toContain('0000-crash.qcow2')
  expect(await ended(bench, cleanJob)).toMatchObject({ state: 'succeeded' })
})

test('what a run left behind is interrupted at the next start', async () => {
  await using folder = await tempFolder()
  let jobIds: readonly string[]
  {
    await using bench = openWorkbench(folder.file('data'), { parallelJobs: 1 })
    const imageIds = await addImages(bench, folder.file('vm'), ['endless', 'clean'])
    ;({ jobIds } = bench.queue.start({ request: check, imageIds, batchTitle: 'vm' }))
    // As a crash leaves it: open rows, nobody who works on them.
    bench.db
      .run(`INSERT INTO jobs (kind, request, image_id, image_path, state, actor, engine_version, queued_at)
      SELECT kind, request, image_id, image_path, 'running', actor, engine_version, queued_at FROM jobs LIMIT 1`)
  }
  await using bench = openWorkbench(folder.file('data'))
  expect(jobIds.map((id) => findJob(bench.db, id)?.state)).toEqual(['interrupted', 'interrupted'])
  const { jobs } = historyPage(bench.db, { limit: 10 })
  expect(jobs).toHaveLength(3)
  expect(jobs.every(({ state, summary }) => state === 'interrupted' && summary !== undefined)).toBe(
    true,
  )
  expect(bench.queue.snapshot().jobs).toEqual([])
})

test('two jobs of one image run one after the other', async () => {
  await using folder = await tempFolder()
  await using bench = openWorkbench(folder.file('data'), { parallelJobs: 4 })
  const [image = 0] = await addImages(bench, folder.file('vm'), ['endless'])
  const progress = bench.jobChange(({ type }) => type === 'progress')
  const first = startOne(bench, image, hash)
  const second = startOne(bench, image, check)
  await progress
  expect(bench.queue.openJob(first)?.state).toBe('running')
  expect(bench.queue.openJob(second)?.state).toBe('queued')
  const started = bench.jobChange((change) => change.type === 'job' && change.job.id === second)
  bench.queue.cancel(first)
  expect(await started).toMatchObject({ job: { state: 'running' } })
})

describe('a batch', () => {
  test('counts every outcome and says why images were left out', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'))
    const checked = await addImages(bench, folder.file('vm'), [
      'clean',
      'leaks',
      'damaged',
      'refused',
    ])
    const raw = await addImages(bench, folder.file('raw'), ['clean'], 'raw')
    const last = bench.jobChange(
      (change) => change.type === 'batch' && change.counters.endedAt !== undefined,
    )
    const started = bench.queue.start({
      request: check,
      imageIds: [...checked, ...raw, 999],
      batchTitle: 'All of vm',
    })
    expect(started.skipped).toBe(2)
    const change = await last
    const counters = change.type === 'batch' ? change.counters : undefined
    expect(counters).toMatchObject({
      title: 'All of vm',
      total: 4,
      done: 4,
      ok: 1,
      leaks: 1,
      damaged: 1,
      unreadable: 1,
      skipped: 2,
    })
    expect(findBatch(bench.db, started.batchId ?? '')?.counters).toEqual(counters)

    const json = reportBatch(bench.db, started.batchId ?? '', 'json', '9.9.9')
    expect(json.text).toContain('A raw image has no tables that could be checked')
    const csv = reportBatch(bench.db, started.batchId ?? '', 'csv', '9.9.9')
    expect(csv.text.trim().split('\n').length).toBeGreaterThanOrEqual(7)
    expect(reportBatch(bench.db, started.batchId ?? '', 'html', '9.9.9').text).toContain(
      'All of vm',
    )
  })

  test('with nothing to check is done at once', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'))
    const imageIds = await addImages(bench, folder.file('raw'), ['clean'], 'raw')
    const { batchId = '', jobIds } = bench.queue.start({
      request: check,
      imageIds,
      batchTitle: 'raw',
    })
    expect(jobIds).toEqual([])
    expect(findBatch(bench.db, batchId)?.counters).toMatchObject({ total: 0, skipped: 1 })
    expect(findBatch(bench.db, batchId)?.counters.endedAt).toBeTypeOf('number')
  })

  test('does not make a single job wait for its end', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'), { parallelJobs: 1 })
    const imageIds = await addImages(
      bench,
      folder.file('vm'),
      Array.from({ length: 50 }, () => 'clean'),
    )
    const [single = 0] = await addImages(bench, folder.file('one'), ['clean'])
    bench.queue.start({ request: check, imageIds, batchTitle: 'vm' })
    const jobId = startOne(bench, single, check)
    await ended(bench, jobId)
    expect(bench.queue.snapshot().jobs.length).toBeGreaterThan(40)
  })

  test('of a thousand images keeps up', async () => {
    await using folder = await tempFolder()
    await using bench = openWorkbench(folder.file('data'))
    const imageIds = await addImages(
      bench,
      folder.file('vm'),
      Array.from({ length: 1000 }, () => 'clean'),
    )
    const last = bench.jobChange(
      (change) => change.type === 'batch' && change.counters.endedAt !== undefined,
    )
    bench.queue.start({ request: check, imageIds, batchTitle: 'vm' })
    expect(await last).toMatchObject({ counters: { total: 1000, done: 1000, ok: 1000 } })
  })
})

test('history pages through jobs that ended in one instant', async () => {
  await using folder = await tempFolder()
  await using bench = openWorkbench(folder.file('data'))
  const imageIds = await addImages(
    bench,
    folder.file('vm'),
    Array.from({ length: 25 }, () => 'clean'),
  )
  const last = bench.jobChange(
    (change) => change.type === 'batch' && change.counters.endedAt !== undefined,
  )
  bench.queue.start({ request: check, imageIds, batchTitle: 'vm' })
  await last
  bench.db.run('UPDATE jobs SET ended_at = 1000')
  const seen: string[] = []
  let before: string | undefined
  do {
    const page = historyPage(bench.db, { limit: 10, before })
    seen.push(...page.jobs.map(({ id }) => id))
    before = page.nextBefore
  } while (before !== undefined)
  expect(seen).toHaveLength(25)
  expect(new Set(seen).size).toBe(25)
  const [image = 0] = imageIds
  expect(historyPage(bench.db, { limit: 10, imageId: image }).jobs).toHaveLength(1)
  expect(historyPage(bench.db, { limit: 10, kinds: ['map'] }).jobs).toHaveLength(0)
})
