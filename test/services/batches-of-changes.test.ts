/** A change of many images: what needs a person's word, or stands against a red line, is skipped and told. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { qemuSession } from '../helpers/qemu-session.ts'
import { createQcow2, qemuCheck, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { openServices, type OpenServices } from './open-services.ts'

const mib = 2 ** 20

let folder: TempFolder
let services: OpenServices

beforeAll(async () => {
  folder = await tempFolder('batches-of-changes')
  services = await openServices(folder)
})
afterAll(async () => {
  await services[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

async function anImage(name: string, ...commands: string[]): Promise<number> {
  await createQcow2(folder.file(name), '64M')
  await qemuIo(folder.file(name), 'write -P 7 0 1M', ...commands)
  const [id = 0] = await services.add(folder.file(name))
  return id
}

async function runBatch(
  request: Parameters<OpenServices['client']['jobs.start']>[0]['request'],
  imageIds: number[],
) {
  const { jobIds } = await services.client['jobs.start']({ request, imageIds, batchTitle: 'all' })
  const jobs = await Promise.all(jobIds.map((jobId) => services.ended(jobId)))
  return Object.fromEntries(jobs.map((job) => [job.imageName, job]))
}

test('images are compacted that gain by it, one that is open elsewhere is left out', async () => {
  const gaining = await anImage('gaining.qcow2', 'write -P 0 8M 16M')
  const tight = await anImage('tight.qcow2')
  const open = await anImage('open.qcow2', 'write -P 0 8M 16M')
  await using session = await qemuSession(folder.file('open.qcow2'))
  const request = { kind: 'compact', parameters: { mode: 'auto' } } as const
  const jobs = await runBatch(request, [gaining, tight, open])
  expect(jobs).toMatchObject({
    'gaining.qcow2': { state: 'succeeded', summary: expect.stringContaining('given back') },
    'tight.qcow2': { state: 'succeeded', summary: expect.stringContaining('Nothing') },
    'open.qcow2': { state: 'skipped', summary: expect.stringContaining(`PID ${session.pid}`) },
  })
  expect((await qemuCheck(folder.file('gaining.qcow2'))).exitCode).toBe(0)
})

test('no batch cuts a disk: that needs a word for each image', async () => {
  const small = await anImage('small.qcow2')
  for (const ignoreDataLoss of [undefined, true]) {
    const request = { kind: 'resize', parameters: { size: 32 * mib, ignoreDataLoss } } as const
    expect(await runBatch(request, [small])).toMatchObject({
      'small.qcow2': { state: 'skipped', summary: expect.stringContaining('nobody agreed') },
    })
  }
  expect(await services.row(small)).toMatchObject({ virtualSize: 64 * mib })
})

describe('taking a batch back', () => {
  const undoOf = async (batchId: string, imageIds: number[]) => {
    const request = { kind: 'undo', parameters: { batch: batchId } } as const
    const plan = await services.client['plans.batch']({ request, imageIds })
    return { plan, run: () => runBatch(request, imageIds) }
  }
  const start = async (
    request: Parameters<OpenServices['client']['jobs.start']>[0]['request'],
    imageIds: number[],
  ): Promise<string> => {
    const started = await services.client['jobs.start']({ request, imageIds, batchTitle: 'all' })
    await Promise.all(started.jobIds.map((jobId) => services.ended(jobId)))
    return started.batchId ?? ''
  }

  test('says what cannot go back and why, and gives each of the others a job', async () => {
    const ids = [
      await anImage('one.qcow2'),
      await anImage('two.qcow2'),
      await anImage('three.qcow2'),
    ]
    const [one = 0, two = 0, three = 0] = ids
    const batchId = await start({ kind: 'resize', parameters: { size: 128 * mib } }, ids)
    const [, jobOfTwo] = (await services.client['jobs.batch']({ batchId })).jobs
    const single = { kind: 'undo', parameters: { id: jobOfTwo?.id ?? '' } } as const
    await services.run(two, single, (await services.plan(two, single)).token)
    // The new part holds something: nothing of it may be lost.
    await qemuIo(folder.file('three.qcow2'), 'write -P 9 100M 1M')
    await services.client['library.refresh']({ imageIds: ids })

    const { plan, run } = await undoOf(batchId, ids)
    expect(plan.included).toEqual([
      { imageId: three, note: { kind: 'changed-since' } },
      { imageId: one },
    ])
    expect(plan.skipped).toEqual([{ imageId: two, reason: { kind: 'no-undo', because: 'done' } }])
    expect(await run()).toMatchObject({
      'one.qcow2': { state: 'succeeded', request: { parameters: { batch: batchId } } },
      'three.qcow2': { state: 'skipped' },
    })
    expect(await services.row(one)).toMatchObject({ virtualSize: 64 * mib })
    expect(await services.row(three)).toMatchObject({ virtualSize: 128 * mib })
    const { jobs } = await services.client['jobs.batch']({ batchId })
    expect(jobs.map(({ undo }) => undo)).toEqual(['done', 'done', 'possible'])
  })

  test('brings files back that were moved, the last one first', async () => {
    const base = await anImage('base.qcow2')
    await qemuImg(
      'create',
      '-q',
      '-f',
      'qcow2',
      '-F',
      'qcow2',
      '-b',
      'base.qcow2',
      folder.file('top.qcow2'),
    )
    const [top = 0] = await services.add(folder.file('top.qcow2'))
    await mkdir(folder.file('elsewhere'))
    const move = { kind: 'move', parameters: { folder: folder.file('elsewhere') } } as const
    const batchId = await start(move, [base, top])
    expect((await services.row(top))?.location).toBe(folder.file('elsewhere'))
    const { plan, run } = await undoOf(batchId, [base, top])
    expect(plan.included.map(({ imageId }) => imageId)).toEqual([top, base])
    await run()
    expect((await services.row(base))?.location).toBe(folder.path)
    expect((await services.row(top))?.location).toBe(folder.path)
    expect((await qemuCheck(folder.file('top.qcow2'))).exitCode).toBe(0)
    const { plan: again } = await undoOf(batchId, [base, top])
    expect(again.included).toEqual([])
  })

  test('makes repaired images what they were, byte by byte', async () => {
    const { bytes } = new Qcow2Builder().data(0).leak().build()
    const files = ['leaky.qcow2', 'leaky too.qcow2'].map((name) => folder.file(name))
    for (const file of files) await writeFile(file, bytes)
    const ids = [...(await services.add(...files))]
    const batchId = await start({ kind: 'repair', parameters: { mode: 'all' } }, ids)
    for (const file of files) expect((await qemuCheck(file)).exitCode).toBe(0)
    const { plan, run } = await undoOf(batchId, ids)
    expect(plan).toMatchObject({ included: [{}, {}], skipped: [] })
    await run()
    for (const file of files) expect(bytes.equals(await readFile(file))).toBe(true)
  })

  test('has nothing to bring back of a compaction, or of what was not done', async () => {
    const gaining = await anImage('shrunk.qcow2', 'write -P 0 8M 16M')
    const tight = await anImage('full.qcow2')
    const batchId = await start({ kind: 'compact', parameters: { mode: 'auto' } }, [gaining, tight])
    const { plan } = await undoOf(batchId, [gaining, tight])
    expect(plan).toMatchObject({
      included: [],
      skipped: [
        { imageId: gaining, reason: { because: 'not-needed' } },
        { imageId: tight, reason: { because: 'nothing-changed' } },
      ],
    })
  })
})
