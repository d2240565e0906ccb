import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Settings } from '../../ipc/schemas/app.ts'
import type { BatchCounters, JobRequest } from '../../ipc/schemas/job.ts'
import { compareWithPrevious } from '../../main/history/compare-batches.ts'
import { batchSubject } from '../../main/images/batch-subject.ts'
import { recentPace } from '../../main/history/jobs.ts'
import { findWeeklyRecord, isWeeklyBatch } from '../../main/history/weekly-checks.ts'
import { lookAtManyFiles } from '../../main/files/many-files.ts'
import { planBatch } from '../../main/jobs/plan-batch.ts'
import { checkFolder } from '../../main/schedule/check-folder.ts'
import { WeeklyChecks } from '../../main/schedule/weekly-checks.ts'
import { ManualClock } from '../helpers/manual-clock.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { memoryLog } from './memory-log.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

const check = { kind: 'check', depth: 'metadata' } as const
const compact = { kind: 'compact', parameters: { mode: 'auto' } } as const

let folder: TempFolder
let bench: Workbench
let place = ''
let made = 0
beforeAll(async () => {
  folder = await tempFolder()
  bench = openWorkbench(folder.file('data'))
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})
beforeEach(async () => {
  place = folder.file(`vm-${made++}`)
  await mkdir(place)
})

const file = (name: string): string => path.join(place, name)
const write = (name: string, script: string): Promise<void> => writeFile(file(name), script)
const add = (...names: readonly string[]): Promise<readonly number[]> =>
  bench.library.addPaths(names.map(file))

const batchEnd = (): Promise<BatchCounters> =>
  bench
    .jobChange((change) => change.type === 'batch' && change.counters.endedAt !== undefined)
    .then((change) => {
      if (change.type !== 'batch') throw new Error('no batch')
      return change.counters
    })

async function checkAll(imageIds: readonly number[], title = place): Promise<BatchCounters> {
  const end = batchEnd()
  bench.queue.start({ request: check, imageIds, batchTitle: title })
  return end
}

const fine = { state: 'fine', corruptions: 0 } as const

describe('a batch compared with the one before', () => {
  test('is one of the same folder or the same images, whatever their titles', async () => {
    for (const name of ['a.qcow2', 'b.qcow2', 'c.qcow2']) await write(name, 'clean')
    await using own = openWorkbench(folder.file('subjects'))
    const { library, queue, db } = own
    await library.scan(await library.addFolder({ path: place, recursive: true, watched: false }))
    const all = library.rows().map(({ id }) => id)
    const some = all.slice(0, 2)
    const run = async (imageIds: readonly number[], batchTitle: string): Promise<string> => {
      const ended = own.jobChange(
        (change) => change.type === 'batch' && change.counters.endedAt !== undefined,
      )
      const subject = batchSubject(library, imageIds)
      const { batchId = '' } = queue.start({
        request: check,
        imageIds,
        batchTitle,
        batchSubject: subject,
      })
      await ended
      return batchId
    }
    const previousOf = (batchId: string): string | undefined =>
      compareWithPrevious(db, batchId).previous?.batchId
    const [first, second] = [await run(all, 'one title'), await run(some, 'one title')]
    expect(previousOf(second)).toBeUndefined()
    expect(previousOf(await run(all.toReversed(), 'another title'))).toBe(first)
    expect(previousOf(await run(some.toReversed(), 'a third one'))).toBe(second)

    expect(batchSubject(library, all)).toBe('library')
    const single = folder.file('single.qcow2')
    await writeFile(single, 'clean')
    const [other = 0] = await library.addPaths([single])
    expect(batchSubject(library, all)).toMatch(/^folder \d+$/)
    expect(batchSubject(library, [...all, other])).toBe('library')
    expect(batchSubject(library, [other, 999])).toMatch(/^images /)
  })

  test('tells what got worse, what got better, what is new and what is gone', async () => {
    await write('a.qcow2', 'clean')
    await write('b.qcow2', 'leaks')
    await write('c.qcow2', 'damaged')
    await write('d.qcow2', 'clean')
    await write('gone.qcow2', 'clean')
    const ids = await add('a.qcow2', 'b.qcow2', 'c.qcow2', 'd.qcow2', 'gone.qcow2')
    const first = await checkAll(ids)
    expect(compareWithPrevious(bench.db, first.id)).toMatchObject({
      previous: undefined,
      worse: [],
    })

    await write('a.qcow2', 'damaged')
    await write('b.qcow2', 'clean')
    await write('d.qcow2', 'refused')
    await write('new.qcow2', 'leaks')
    const [added = 0] = await add('new.qcow2')
    await checkAll(ids, 'another title')
    const second = await checkAll([...ids.slice(0, 4), added])
    expect(compareWithPrevious(bench.db, second.id)).toEqual({
      previous: { batchId: first.id, endedAt: first.endedAt },
      worse: [
        {
          imageId: ids[0],
          name: 'a.qcow2',
          before: fine,
          now: { state: 'damaged', corruptions: 2 },
        },
        { imageId: ids[3], name: 'd.qcow2', before: fine, now: { ...fine, state: 'unreadable' } },
      ],
      better: [
        { imageId: ids[1], name: 'b.qcow2', before: { ...fine, state: 'leaks' }, now: fine },
      ],
      added: 1,
      gone: 1,
    })
  })

  test('passes over one that was cancelled as a whole', async () => {
    await write('a.qcow2', 'clean')
    const ids = await add('a.qcow2')
    const first = await checkAll(ids)
    await write('a.qcow2', 'endless')
    const end = batchEnd()
    const { batchId = '' } = bench.queue.start({ request: check, imageIds: ids, batchTitle: place })
    bench.queue.cancelBatch(batchId)
    await end
    await write('a.qcow2', 'leaks')
    const last = await checkAll(ids)
    expect(compareWithPrevious(bench.db, last.id)).toMatchObject({
      previous: { batchId: first.id },
      worse: [{ now: { state: 'leaks' } }],
    })
  })
})

describe('a batch that is planned', () => {
  const plan = (request: JobRequest, imageIds: readonly number[]) =>
    planBatch(
      {
        fit: (imageId, asked) => bench.library.fit(imageId, asked),
        row: (imageId) => bench.library.row(imageId),
        limits: () => ({ jobs: 4, readersPerVolume: 2, writersPerVolume: 1 }),
        freeBytesAt: () => Promise.resolve(1000),
        files: (asked, rows) =>
          lookAtManyFiles(
            {
              row: (imageId) => bench.library.row(imageId),
              childrenOf: (imageId) => bench.library.childrenOf(imageId),
              admit: (destination) => Promise.resolve(destination),
            },
            asked,
            rows,
          ),
        undo: () => ({ included: [], skipped: [], volumes: [] }),
        pace: () => 0.5,
      },
      request,
      imageIds,
    )

  test('takes in what fits, says why not of the others, and adds up its volumes', async () => {
    await write('a.qcow2', 'clean')
    await write('b.qcow2', 'clean')
    await write('c.raw', 'clean')
    await write('lost.qcow2', 'clean')
    const ids = await add('a.qcow2', 'b.qcow2', 'c.raw', 'lost.qcow2')
    await rm(file('lost.qcow2'))
    await bench.library.refresh(ids)
    const {
      included,
      skipped,
      volumes,
      estimatedSeconds = 0,
    } = await plan(check, [...ids, 999_999])
    expect(included.map(({ imageId }) => imageId)).toEqual(ids.slice(0, 2))
    expect(skipped).toEqual([
      { imageId: ids[2], reason: { kind: 'raw', lacks: 'tables' } },
      { imageId: ids[3], reason: { kind: 'missing' } },
      { imageId: 999_999, reason: { kind: 'gone' } },
    ])
    expect(volumes).toMatchObject([{ folder: place, images: 2, freeBytes: 1000 }])
    const bytes = volumes[0]?.bytes ?? 0
    expect(estimatedSeconds).toBeCloseTo((bytes * 0.5) / 1000 / 2)
    // One writer at a time.
    expect((await plan(compact, ids.slice(0, 2))).estimatedSeconds).toBeCloseTo(
      (bytes * 0.5) / 1000,
    )
  })

  test('leaves names to be given one by one, and says of damage that it may stand in the way', async () => {
    await write('a.qcow2', 'damaged')
    await write('b.qcow2', 'refused')
    const ids = await add('a.qcow2', 'b.qcow2')
    await checkAll(ids.slice(0, 1))
    const compacting = await plan(compact, ids)
    expect(compacting.included).toEqual([{ imageId: ids[0], note: { kind: 'damaged' } }])
    expect(compacting.skipped).toEqual([{ imageId: ids[1], reason: { kind: 'unreadable' } }])
    const moving = await plan({ kind: 'move', parameters: { path: file('x.qcow2') } }, ids)
    expect(moving.included).toEqual([])
  })

  test('knows no time when nothing of its kind was done', async () => {
    expect(recentPace(bench.db, 'repair')).toBeUndefined()
    expect(recentPace(bench.db, 'check')).toBeGreaterThanOrEqual(0)
    expect(await plan(check, [])).toEqual({ included: [], skipped: [], volumes: [] })
  })
})

describe('a weekly check', () => {
  const hour = 60 * 60 * 1000
  const week = 7 * 24 * hour

  /** The checks as they run in one session, from this moment on. */
  function session(clock: ManualClock, wanted: () => Settings['weeklyChecks']): WeeklyChecks {
    return new WeeklyChecks({
      db: bench.db,
      // The manual clock begins in 1970, in the night to a Thursday; half a day later everybody has one.
      clock: { now: () => clock.now() + 12 * hour, after: (ms, wake) => clock.after(ms, wake) },
      log: memoryLog(),
      wanted,
      hasFolder: (id) => bench.library.folders().some((known) => known.id === id),
      check: (id) => checkFolder(bench, id),
      isRunning: (batchId) => bench.queue.isBatchOpen(batchId),
    })
  }
  /** Six hours from the clock's beginning. */
  function inSixHours(): { readonly weekday: number; readonly hour: number } {
    const moment = new Date(18 * hour)
    return { weekday: moment.getDay(), hour: moment.getHours() }
  }

  test('runs when it is due, once, and the next week again', async () => {
    await write('a.qcow2', 'leaks')
    const folderId = await bench.library.addFolder({ path: place, recursive: true, watched: false })
    await bench.library.scan(folderId)
    const clock = new ManualClock()
    using weekly = session(clock, () => [{ folderId, ...inSixHours() }])
    weekly.look()
    clock.advance(5 * hour)
    expect(bench.queue.snapshot().batches.some(({ title }) => title.endsWith(place))).toBe(false)

    const first = batchEnd()
    clock.advance(1.5 * hour)
    expect(await first).toMatchObject({
      kind: 'check',
      title: `Weekly check of ${place}`,
      leaks: 1,
    })
    expect(isWeeklyBatch(bench.db, (await first).id)).toBe(true)
    clock.advance(6 * 24 * hour)
    weekly.look()
    const second = batchEnd()
    await write('a.qcow2', 'damaged')
    clock.advance(24 * hour)
    const { id } = await second
    expect(compareWithPrevious(bench.db, id)).toMatchObject({
      previous: { batchId: (await first).id },
      worse: [{ name: 'a.qcow2' }],
    })
    expect(
      bench.db.all('SELECT id FROM batches WHERE title = $title', {
        title: `Weekly check of ${place}`,
      }),
    ).toHaveLength(2)
  })

  test('that was due while nothing ran is made up for once, whichever weeks were missed', async () => {
    await write('a.qcow2', 'clean')
    const folderId = await bench.library.addFolder({ path: place, recursive: true, watched: false })
    const clock = new ManualClock()
    const wanted = () => [{ folderId, ...inSixHours() }]
    {
      using weekly = session(clock, wanted)
      weekly.look()
    }
    clock.advance(3 * week)
    const end = batchEnd()
    using weekly = session(clock, wanted)
    weekly.look()
    weekly.look()
    await end
    weekly.look()
    clock.advance(hour)
    expect(
      bench.db.all('SELECT id FROM batches WHERE title = $title', {
        title: `Weekly check of ${place}`,
      }),
    ).toHaveLength(1)
  })

  test('waits for the one before, and is not begun for another hour that is wished for now', async () => {
    await write('a.qcow2', 'patient')
    const folderId = await bench.library.addFolder({ path: place, recursive: true, watched: false })
    const clock = new ManualClock()
    let time = inSixHours()
    using weekly = session(clock, () => [{ folderId, ...time }])
    weekly.look()
    const isAtWork = bench.jobChange(({ type }) => type === 'progress')
    clock.advance(7 * hour)
    await isAtWork
    clock.advance(week)
    weekly.look()
    const batches = () =>
      bench.db.all('SELECT id FROM batches WHERE title = $title', {
        title: `Weekly check of ${place}`,
      })
    expect(batches()).toHaveLength(1)

    const first = batchEnd()
    await write('a.qcow2', 'clean')
    await first
    const second = batchEnd()
    weekly.look()
    await second
    expect(batches()).toHaveLength(2)

    // Due two hours ago, had it been wished for then.
    time = { ...time, hour: (time.hour + 23) % 24 }
    weekly.look()
    expect(findWeeklyRecord(bench.db, folderId)).toMatchObject({ hour: time.hour })
    expect(batches()).toHaveLength(2)
  })

  test('of a folder whose disk is not there is tried again, and calls nothing gone', async () => {
    await write('a.qcow2', 'clean')
    const folderId = await bench.library.addFolder({ path: place, recursive: true, watched: false })
    await bench.library.scan(folderId)
    const clock = new ManualClock()
    using weekly = session(clock, () => [{ folderId, ...inSixHours() }])
    weekly.look()
    await rm(place, { recursive: true })
    clock.advance(7 * hour)
    await bench.library.scan(folderId)
    const before = findWeeklyRecord(bench.db, folderId)
    expect(before?.batchId).toBeUndefined()

    await mkdir(place)
    await write('a.qcow2', 'clean')
    const end = batchEnd()
    clock.advance(hour)
    expect(await end).toMatchObject({ ok: 1 })
  })
})
