/** Jobs as a window controls them: held, let go on, looked into and reported, on images that take a while. */
import { copyFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Job } from '../../ipc/schemas/job.ts'
import { createQcow2, qemuCheck, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { openServices, type OpenServices } from './open-services.ts'

let folder: TempFolder
let services: OpenServices

// Threads that load the engine from its sources take seconds where much else runs.
vi.setConfig({ testTimeout: 60_000 })

beforeAll(async () => {
  folder = await tempFolder('job-control')
  services = await openServices(folder)
})
afterAll(async () => {
  await services[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const compact = { kind: 'compact', parameters: { mode: 'in-place' } } as const

test('a compaction is held in the middle and goes on: the image is sound, its content the same', async () => {
  const file = folder.file('held.qcow2')
  await createQcow2(file, '1G')
  await qemuIo(file, 'write -q -P 1 512M 64M', 'write -q -P 2 0 64M', 'discard -q 512M 64M')
  await copyFile(file, folder.file('before.qcow2'))
  const [imageId = 0] = await services.add(file)
  const { token } = await services.plan(imageId, compact)

  const states: Job['state'][] = []
  let heldAt: number | undefined
  let checkedWhileHeld: Promise<unknown> = Promise.resolve()
  const job = await services.run(imageId, compact, token, {
    onProgress: ({ share = 0 }, jobId) => {
      if (heldAt !== undefined || share < 0.2) return
      heldAt = share
      void services.client['jobs.pause']({ jobId })
    },
    onJob: ({ id: jobId, state }) => {
      if (states.at(-1) !== state) states.push(state)
      if (state !== 'paused') return
      // What a crash would leave here is what another program finds.
      checkedWhileHeld = copyFile(file, folder.file('while-held.qcow2'))
        .then(() =>
          qemuImg('compare', '-q', folder.file('while-held.qcow2'), folder.file('before.qcow2')),
        )
        .finally(() => void services.client['jobs.resume']({ jobId }))
    },
  })
  await checkedWhileHeld
  expect(job).toMatchObject({ state: 'succeeded', undo: 'not-needed' })
  // States that follow each other at once are told once.
  expect(states.slice(states.indexOf('paused'))).toEqual(['paused', 'running', 'succeeded'])
  expect((await qemuCheck(file)).exitCode).toBe(0)
  await qemuImg('compare', '-q', file, folder.file('before.qcow2'))

  const { lines } = await services.client['jobs.log']({ jobId: job.id })
  const texts = lines.map(({ text }) => text)
  expect(texts[0]).toBe('job started')
  expect(texts.filter((text) => text.startsWith('job phase')).length).toBeGreaterThan(1)
  expect(texts).toContain('job stands still')
  expect(texts.at(-1)).toMatch(/^job ended: .*state succeeded/)
})

test('a batch of changes is planned, done and reported', async () => {
  await createQcow2(folder.file('gains.qcow2'), '64M')
  await qemuIo(folder.file('gains.qcow2'), 'write -q -P 0 8M 16M')
  await createQcow2(folder.file('tight.qcow2'), '64M')
  await qemuImg('create', '-q', '-f', 'raw', folder.file('disk.raw'), '1M')
  const names = ['gains.qcow2', 'tight.qcow2', 'disk.raw']
  const imageIds = [...(await services.add(...names.map((name) => folder.file(name))))]
  const repair = { kind: 'repair', parameters: { mode: 'leaks' } } as const
  const planned = await services.client['plans.batch']({ request: repair, imageIds })
  expect(planned).toMatchObject({
    included: [{ imageId: imageIds[0] }, { imageId: imageIds[1] }],
    skipped: [{ imageId: imageIds[2], reason: { kind: 'raw', lacks: 'tables' } }],
    volumes: [{ images: 2 }],
  })

  const request = { kind: 'compact', parameters: { mode: 'auto' } } as const
  const { batchId = '', jobIds } = await services.client['jobs.start']({
    request,
    imageIds: imageIds.slice(0, 2),
    batchTitle: 'both',
  })
  await Promise.all(jobIds.map((jobId) => services.ended(jobId)))
  const json = await services.client['jobs.report']({ batchId, format: 'json' })
  expect(JSON.parse(json.text)).toMatchObject({
    schema: 'platter-work-report',
    work: 'compact',
    summary: { total: 2, done: 1, nothing: 1, failed: 0 },
    images: [{ outcome: 'done' }, { outcome: 'nothing' }],
  })
  const csv = await services.client['jobs.report']({ batchId, format: 'csv' })
  expect(csv.text.split('\r\n')[1]).toContain('gains.qcow2,done,')
  expect(await services.client['jobs.comparison']({ batchId })).toMatchObject({
    worse: [],
    added: 0,
  })
})

test('only what was interrupted is taken up, and unknown ids are told', async () => {
  const file = folder.file('checked.qcow2')
  await createQcow2(file, '1M')
  const imageIds = [...(await services.add(file))]
  const { jobIds } = await services.client['jobs.start']({ request: { kind: 'check' }, imageIds })
  const [jobId = ''] = jobIds
  await services.ended(jobId)
  await expect(services.client['jobs.again']({ jobId })).rejects.toMatchObject({
    data: { reason: 'job-not-resumable' },
  })
  for (const call of ['jobs.again', 'jobs.log'] as const) {
    await expect(services.client[call]({ jobId: '99999' })).rejects.toMatchObject({
      data: { reason: 'unknown-id' },
    })
  }
  await expect(services.client['jobs.comparison']({ batchId: '99999' })).rejects.toMatchObject({
    data: { reason: 'unknown-id' },
  })
  // Nothing to hold: as it was.
  expect(await services.client['jobs.pause']({ jobId })).toEqual({})
  expect(await services.client['jobs.resume']({ jobId })).toEqual({})
})
