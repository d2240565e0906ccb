/** A change of many images: what needs a person's word, or stands against a red line, is skipped and told. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { qemuSession } from '../helpers/qemu-session.ts'
import { createQcow2, qemuCheck, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { openServices, type OpenServices } from './open-services.ts'

const mib = 2 ** 20

let folder: TempFolder
let services: OpenServices

// Threads that load the engine from its sources take seconds where much else runs.
vi.setConfig({ testTimeout: 60_000 })

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
