/** What is kept to take changes back: room, order, privacy, and what a crash leaves. */
import Database from 'better-sqlite3'
import { existsSync, statSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { ImageError, noHeaderFacts, type HeaderSummary } from '../../core/index.ts'
import { databaseFile } from '../../main/data-folders.ts'
import { openDatabase } from '../../main/history/database.ts'
import type { Db } from '../../main/history/db.ts'
import { insertImage, removeImages } from '../../main/history/images.ts'
import { findJob, insertJob, interruptOpenJobs, updateJob } from '../../main/history/jobs.ts'
import type { ChangeRequest } from '../../ipc/schemas/change.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import { migrate } from '../../main/history/migrate.ts'
import { initial } from '../../main/history/migrations/0001-initial.ts'
import { changes } from '../../main/history/migrations/0002-changes.ts'
import { findUndo } from '../../main/history/undos.ts'
import { UndoStore } from '../../main/undo/undo-store.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { memoryLog } from './memory-log.ts'

const KIB = 1024

const header: Omit<HeaderSummary, 'path' | 'use'> = {
  ...noHeaderFacts,
  identity: '1:2',
  fingerprint: '',
  format: 'qcow2',
  formatLabel: 'qcow2',
  virtualSize: 1,
  fileLength: 1,
  allocatedBytes: 1,
  modifiedAt: 1,
  createdAt: undefined,
  snapshotCount: 0,
  bitmapCount: 0,
}

interface Bench {
  readonly db: Db
  store: UndoStore
  readonly imageId: number
  quotaBytes: number
  readonly told: string[]
}

const storeOf = (
  db: Db,
  folder: string,
  limits: { readonly quotaBytes: number },
  now: () => number = Date.now,
): UndoStore =>
  new UndoStore({
    db,
    folder: path.join(folder, 'undo'),
    quotaBytes: () => limits.quotaBytes,
    log: memoryLog([]),
    now,
  })

function openBench(folder: string, quotaBytes = 100 * KIB): Bench & Disposable {
  const { db } = openDatabase(databaseFile(folder))
  const imageId = insertImage(db, { path: '/vm/disk.qcow2', header, single: true, addedAt: 1 })
  const told: string[] = []
  const bench: Bench & Disposable = {
    db,
    imageId,
    quotaBytes,
    told,
    store: storeOf(db, folder, { quotaBytes }),
    [Symbol.dispose]: () => db.close(),
  }
  bench.store = storeOf(db, folder, bench)
  bench.store.changes.listen((ids) => told.push(...ids))
  return bench
}

function startJob({ db, imageId }: Bench, kind: ChangeRequest['kind'] = 'repair'): Job {
  return insertJob(db, {
    request: { kind, parameters: {} },
    imageId,
    imagePath: '/vm/disk.qcow2',
    state: 'running',
    actor: 'desktop',
    engineVersion: '1',
    queuedAt: 1,
  })
}

/** Room for so many KiB that take the job back. */
const place = ({ store }: Bench, job: Pick<Job, 'id' | 'imageId'>, kib: number) =>
  store.placeFor(job, kib * KIB, (safetyCopy) => ({ kind: 'repair', safetyCopy }))

function end({ db }: Bench, job: Job, safetyCopy?: string): void {
  const facts = safetyCopy === undefined ? [] : [{ label: 'Safety copy', text: safetyCopy }]
  const result = { kind: 'change' as const, facts }
  updateJob(db, { ...job, state: 'succeeded', endedAt: 2, summary: 'Done', result }, 'ok')
}

/** A job that keeps so many KiB, and has ended. */
async function kept(bench: Bench, kib: number): Promise<string> {
  const job = startJob(bench)
  const file = await place(bench, job, kib)
  await writeFile(file, Buffer.alloc(kib * KIB, 1), { mode: 0o600 })
  end(bench, job, file)
  bench.store.ended(job)
  return job.id
}

const keptIds = ({ store }: Bench) => store.state().entries.map(({ jobId }) => jobId)

it('what is kept is on record with its size, and only its owner may look into it', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  const jobId = await kept(bench, 8)
  const { entries, keptBytes, quotaBytes } = bench.store.state()
  expect({ keptBytes, quotaBytes }).toEqual({ keptBytes: 8 * KIB, quotaBytes: 100 * KIB })
  expect(entries).toMatchObject([
    { jobId, imageName: 'disk.qcow2', summary: 'Done', keptBytes: 8 * KIB },
  ])
  expect(findJob(bench.db, jobId)?.undo).toBe('possible')
  for (const name of ['undo', path.join('undo', jobId)]) {
    expect(statSync(folder.file(name)).mode & 0o777).toBe(0o700)
  }
})

it('the oldest keepings make room, never one that is being used', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  const [first, second, third] = [
    await kept(bench, 32),
    await kept(bench, 32),
    await kept(bench, 32),
  ]
  using _used = bench.store.use(first)
  const fourth = await kept(bench, 32)
  expect(keptIds(bench)).toEqual([fourth, third, first])
  expect(bench.told.filter((id) => id === second)).toHaveLength(2)
  expect(existsSync(folder.file('undo', second))).toBe(false)
  expect(findJob(bench.db, second)?.undo).toBe('no')
})

it('what can never fit is refused beforehand, in numbers', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  expect(bench.store.fits(100 * KIB)).toBe(true)
  expect(bench.store.fits(101 * KIB)).toBe(false)
  const refusal = await place(bench, startJob(bench), 101).then(
    () => undefined,
    (error: unknown) => ImageError.from(error),
  )
  expect(refusal?.reason).toBe('undo-no-room')
  expect(refusal?.explanation.detail).toContain(String(101 * KIB))
  expect(refusal?.explanation.detail).toContain(String(100 * KIB))
})

it('room that was promised to work that goes on is nobody else’s', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  const job = startJob(bench)
  await place(bench, job, 60)
  expect(bench.store.fits(60 * KIB)).toBe(false)
  bench.store.ended(job)
  expect(bench.store.fits(60 * KIB)).toBe(true)
  expect(existsSync(folder.file('undo', job.id))).toBe(false)
})

it('a smaller quota lets go of the oldest at once', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  const [, second] = [await kept(bench, 32), await kept(bench, 32)]
  bench.quotaBytes = 40 * KIB
  bench.store.quotaChanged()
  expect(keptIds(bench)).toEqual([second])
})

it('what is purged cannot be undone, and its files are gone', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  const [first, second] = [await kept(bench, 8), await kept(bench, 8)]
  bench.store.purge([first])
  expect(keptIds(bench)).toEqual([second])
  bench.store.purge()
  expect(keptIds(bench)).toEqual([])
  expect(existsSync(folder.file('undo', second))).toBe(false)
})

it('a crash leaves nothing but what takes back a change that was interrupted half way', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  const [halfDone, unwritten] = [startJob(bench), startJob(bench)]
  await writeFile(await place(bench, halfDone, 4), Buffer.alloc(4 * KIB, 1))
  await place(bench, unwritten, 4)
  const sound = await kept(bench, 4)
  await mkdir(folder.file('undo', '9999'))
  interruptOpenJobs(bench.db, 3)

  const next = storeOf(bench.db, folder.path, bench)
  next.start()
  expect(next.state()).toMatchObject({
    entries: [{ jobId: sound }, { jobId: halfDone.id }],
    keptBytes: 8 * KIB,
  })
  expect(findJob(bench.db, halfDone.id)).toMatchObject({ state: 'interrupted', undo: 'possible' })
  expect(findJob(bench.db, unwritten.id)?.undo).toBeUndefined()
  expect((await readdir(folder.file('undo'))).toSorted()).toEqual([halfDone.id, sound].toSorted())
})

it('a change that fails keeps what it did not remove itself', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  const [halfDone, undone] = [startJob(bench), startJob(bench)]
  await writeFile(await place(bench, halfDone, 4), Buffer.alloc(4 * KIB, 1))
  await place(bench, undone, 4)
  for (const job of [halfDone, undone]) {
    updateJob(bench.db, { ...job, state: 'failed', endedAt: 2 }, 'failed')
    bench.store.ended(job)
  }
  expect(keptIds(bench)).toEqual([halfDone.id])
  expect(await readdir(folder.file('undo'))).toEqual([halfDone.id])
})

it('a safety copy beside the image counts, and goes when it is let go of', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  const copies = ['disk.qcow2.repair-undo-1', 'of-somebody-else'].map((name) => folder.file(name))
  for (const copy of copies) {
    await writeFile(copy, Buffer.alloc(4 * KIB))
    const job = startJob(bench)
    end(bench, job, copy)
    bench.store.ended(job)
  }
  expect(bench.store.state()).toMatchObject({ keptBytes: 8 * KIB })
  bench.store.purge()
  expect(bench.store.state()).toMatchObject({ keptBytes: 0, entries: [] })
  expect(copies.map((copy) => existsSync(copy))).toEqual([false, true])
})

it('files that were removed by hand are missed at the next start', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  const jobId = await kept(bench, 4)
  await rm(folder.file('undo', jobId), { recursive: true })
  storeOf(bench.db, folder.path, bench).start()
  expect(findJob(bench.db, jobId)?.undo).toBe('no')
})

it('what is kept for an image that will not come back goes after a while', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  const jobId = await kept(bench, 8)
  const startAt = (now: number): UndoStore => {
    const store = storeOf(bench.db, folder.path, bench, () => now)
    store.start()
    return store
  }
  const day = 24 * 60 * 60 * 1000
  removeImages(bench.db, [bench.imageId], day)
  expect(startAt(80 * day).find(jobId)?.state).toBe('possible')
  expect(startAt(100 * day).find(jobId)?.state).toBe('gone')
  expect(existsSync(folder.file('undo', jobId))).toBe(false)
})

it('a job that the command line records can be undone, and is once it recorded that', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  const job = startJob(bench)
  const change = { kind: 'grow', format: 'raw', before: 1, after: 2 } as const
  const ended: Job = {
    ...job,
    state: 'succeeded',
    endedAt: 2,
    result: { kind: 'change', facts: [], undo: change },
  }
  updateJob(bench.db, ended, 'ok')
  expect(bench.store.find(job.id)?.record).toEqual({ kind: 'change', change })
  const undo = startJob(bench, 'undo')
  const facts = [{ label: 'Undone', text: job.id }]
  updateJob(
    bench.db,
    { ...undo, state: 'succeeded', endedAt: 3, result: { kind: 'change', facts } },
    'ok',
  )
  expect(findJob(bench.db, job.id)?.undo).toBe('done')
  expect(findJob(bench.db, undo.id)?.undo).toBe('no')
  const compact = startJob(bench, 'compact')
  end(bench, compact)
  expect(findJob(bench.db, compact.id)?.undo).toBe('not-needed')
})

it('changes that were recorded before there was an undo store can be taken back, too', async () => {
  await using folder = await tempFolder()
  const file = databaseFile(folder.path)
  const old = new Database(file)
  migrate(old, [initial, changes])
  old.exec(
    `INSERT INTO images (path, identity, header, single, added_at) VALUES ('/a', '1', '{}', 1, 1)`,
  )
  const add = (kind: string, result: unknown) =>
    old
      .prepare(
        `INSERT INTO jobs (kind, request, image_id, image_path, state, actor, engine_version, queued_at,
           ended_at, result) VALUES (?, '{}', 1, '/a', 'succeeded', 'cli', '1', 1, 2, ?)`,
      )
      .run(kind, result === undefined ? null : JSON.stringify(result)).lastInsertRowid
  const undo = { kind: 'grow', format: 'raw', before: 1, after: 2 }
  const grown = add('resize', { kind: 'change', facts: [], undo })
  const undone = add('resize', { kind: 'change', facts: [], undo })
  const repaired = add('repair', {
    kind: 'change',
    facts: [{ label: 'Safety copy', text: '/a.repair-undo-1' }],
  })
  add('undo', { kind: 'change', facts: [{ label: 'Undone', text: String(undone) }] })
  add('check', undefined)
  old.close()

  const { db } = openDatabase(file)
  const found = [1, 2, 3, 4, 5].map((id) => findUndo(db, String(id)))
  db.close()
  expect(found.map((row) => row?.state)).toEqual([
    'possible',
    'undone',
    'possible',
    undefined,
    undefined,
  ])
  expect(found[0]).toMatchObject({ jobId: String(grown), record: { kind: 'change', change: undo } })
  expect(found[2]).toMatchObject({
    jobId: String(repaired),
    record: { kind: 'repair', safetyCopy: '/a.repair-undo-1' },
  })
})

it('what is purged by name is a keeping of the store, and nothing else', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  await mkdir(folder.file('undo', '12', 'inside'), { recursive: true })
  await mkdir(folder.file('precious'))
  const jobId = await kept(bench, 8)
  const running = startJob(bench, 'resize')
  const cut = await place(bench, running, 8)
  await writeFile(cut, 'what the running job is keeping')
  bench.store.purge(['../precious', '.', '..', '12/inside', running.id, '9999', jobId])
  expect((await readdir(folder.path)).toSorted()).toEqual(
    expect.arrayContaining(['precious', 'undo']),
  )
  expect((await readdir(folder.file('undo'))).toSorted()).toEqual(['12', running.id])
  expect(existsSync(folder.file('undo', '12', 'inside'))).toBe(true)
  expect(existsSync(cut)).toBe(true)
  expect(findJob(bench.db, jobId)?.undo).toBe('no')
})

it('what cannot be noted when a job ends is made up for at the next start', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  const job = startJob(bench)
  const file = await place(bench, job, 4)
  await writeFile(file, Buffer.alloc(4 * KIB, 1), { mode: 0o600 })
  end(bench, job, file)
  bench.db.run(`CREATE TEMP TRIGGER full BEFORE UPDATE OF kept_bytes ON undos
    BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
  bench.store.ended(job)
  bench.db.run('DROP TRIGGER full')
  expect(bench.told).toEqual([job.id])

  const next = storeOf(bench.db, folder.path, bench)
  next.start()
  expect(next.state()).toMatchObject({ entries: [{ jobId: job.id }], keptBytes: 4 * KIB })
  expect(existsSync(file)).toBe(true)
})

it('what is kept for jobs of a history that was lost stays in the folder', async () => {
  await using folder = await tempFolder()
  using bench = openBench(folder.path)
  await mkdir(folder.file('undo', '7'))
  await writeFile(folder.file('undo', '7', 'kept'), 'the end of a disk')
  const next = storeOf(bench.db, folder.path, bench, () => 5)
  next.start()
  expect(await readFile(folder.file('undo', '7.unknown-5', 'kept'), 'utf8')).toBe(
    'the end of a disk',
  )
  expect(existsSync(folder.file('undo', '7'))).toBe(false)
  storeOf(bench.db, folder.path, bench).start()
  expect(existsSync(folder.file('undo', '7.unknown-5', 'kept'))).toBe(true)
})
