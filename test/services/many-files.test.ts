/** Many images at once to a folder or to the Trash: told before, done one by one, and each taken back. */
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { ImageAction } from '../../ipc/schemas/action.ts'
import { createQcow2, qemuImg, qemuImgJson, qemuIo } from '../helpers/qemu.ts'
import { qemuSession } from '../helpers/qemu-session.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { openServices, type OpenServices } from './open-services.ts'

// Threads that load the engine from its sources take seconds where much else runs.
vi.setConfig({ testTimeout: 60_000 })

let folder: TempFolder
let services: OpenServices
let archive: string

beforeAll(async () => {
  folder = await tempFolder('many-files')
  vi.stubEnv('XDG_DATA_HOME', folder.file('share'))
  archive = folder.file('archive')
  await mkdir(archive)
  services = await openServices(folder)
})
afterAll(async () => {
  await services[Symbol.asyncDispose]()
  vi.unstubAllEnvs()
  await folder[Symbol.asyncDispose]()
})

async function added(name: string): Promise<number> {
  const [id] = await services.add(folder.file(name))
  if (id === undefined) throw new Error('the file was not added')
  return id
}

async function anImage(name: string): Promise<number> {
  await createQcow2(folder.file(name), '8M')
  await qemuIo(folder.file(name), 'write -P 7 0 1M')
  return added(name)
}

async function anOverlay(name: string, backing: string): Promise<number> {
  await qemuImg('create', '-q', '-f', 'qcow2', '-b', backing, '-F', 'qcow2', folder.file(name))
  return added(name)
}

async function run(request: ImageAction, imageIds: readonly number[]) {
  const { jobIds, batchId } = await services.client['jobs.start']({
    request,
    imageIds: [...imageIds],
    batchTitle: 'all',
  })
  expect(batchId).toBeDefined()
  return Promise.all(jobIds.map((jobId) => services.ended(jobId)))
}

const move = (to: string): ImageAction => ({ kind: 'move', parameters: { folder: to } })
const trash: ImageAction = { kind: 'trash', parameters: {} }

it('a family moves to one folder, still stands on each other, and each comes back', async () => {
  const base = await anImage('base.qcow2')
  const overlay = await anOverlay('overlay.qcow2', 'base.qcow2')
  const plan = await services.client['plans.batch']({
    request: move(archive),
    imageIds: [base, overlay],
  })
  expect(plan).toMatchObject({
    included: [{ imageId: base, note: { kind: 'overlays-told', count: 1 } }, { imageId: overlay }],
    skipped: [],
  })
  expect(plan.copied).toBeUndefined()
  const jobs = await run(move(archive), [base, overlay])
  expect(jobs).toMatchObject([
    { state: 'succeeded', summary: `Moved to ${archive}`, undo: 'possible' },
    { state: 'succeeded', undo: 'possible' },
  ])
  expect(existsSync(folder.file('base.qcow2'))).toBe(false)
  const chain = await qemuImgJson<readonly { readonly filename: string }[]>(
    'info',
    '--backing-chain',
    `${archive}/overlay.qcow2`,
  )
  expect(chain.map(({ filename }) => filename)).toEqual([
    `${archive}/overlay.qcow2`,
    `${archive}/base.qcow2`,
  ])
  expect(await services.row(overlay)).toMatchObject({ location: archive, parentId: base })

  for (const { id, imageId } of jobs) {
    const request: ImageAction = { kind: 'undo', parameters: { id } }
    const { token } = await services.plan(imageId, request)
    expect(await services.run(imageId, request, token)).toMatchObject({ state: 'succeeded' })
  }
  expect(existsSync(folder.file('overlay.qcow2'))).toBe(true)
  const back = await qemuImgJson<readonly unknown[]>(
    'info',
    '--backing-chain',
    folder.file('overlay.qcow2'),
  )
  expect(back).toHaveLength(2)
})

it('says beforehand what stays: a name that is taken, one that is open, one that is there', async () => {
  const [taken, open, free, there] = [
    await anImage('taken.qcow2'),
    await anImage('open.qcow2'),
    await anImage('free.qcow2'),
    await anImage('archive/there.qcow2'),
  ]
  await mkdir(folder.file('two'))
  const twin = await anImage('two/free.qcow2')
  await writeFile(`${archive}/taken.qcow2`, 'of somebody else')
  await using session = await qemuSession(folder.file('open.qcow2'))
  const plan = await services.client['plans.batch']({
    request: move(archive),
    imageIds: [taken, open, free, there, twin],
  })
  const reasons = new Map(plan.skipped.map(({ imageId, reason }) => [imageId, reason.kind]))
  expect(reasons.get(taken)).toBe('name-taken')
  expect(reasons.get(there)).toBe('there-already')
  expect(reasons.get(twin)).toBe('name-taken')
  expect(plan.included.map(({ imageId }) => imageId)).toContain(free)
  // What the library does not know yet, its own plan finds when its turn comes.
  const jobs = await run(move(archive), [open, free])
  expect(jobs).toMatchObject([
    { state: 'skipped', summary: expect.stringContaining(`PID ${session.pid}`) },
    { state: 'succeeded' },
  ])
  expect(existsSync(`${archive}/free.qcow2`)).toBe(true)
  expect(existsSync(folder.file('open.qcow2'))).toBe(true)
})

it('a folder that is not there refuses the whole batch', async () => {
  const id = await anImage('homeless.qcow2')
  const asked = services.client['plans.batch']({
    request: move(folder.file('nowhere')),
    imageIds: [id],
  })
  await expect(asked).rejects.toMatchObject({ data: { reason: 'folder-missing' } })
})

it('an image goes to the Trash with its overlays, and stays while one of them does', async () => {
  const base = await anImage('ground.qcow2')
  const one = await anOverlay('one.qcow2', 'ground.qcow2')
  const two = await anOverlay('two.qcow2', 'ground.qcow2')
  const some = await services.client['plans.batch']({ request: trash, imageIds: [base, one] })
  expect(some).toMatchObject({
    included: [{ imageId: one }],
    skipped: [{ imageId: base, reason: { kind: 'overlays-stay', count: 1 } }],
  })
  const all = await services.client['plans.batch']({ request: trash, imageIds: [base, one, two] })
  expect(all).toMatchObject({
    included: [
      { imageId: one },
      { imageId: two },
      { imageId: base, note: { kind: 'overlays-first', count: 2 } },
    ],
    skipped: [],
  })
  const jobs = await run(
    trash,
    all.included.map(({ imageId }) => imageId),
  )
  expect(jobs.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded'])
  expect(existsSync(folder.file('ground.qcow2'))).toBe(false)
})
