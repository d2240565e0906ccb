/** What the row says of an image's health after work on it: never more than somebody has looked at. */
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { BatchCounters } from '../../ipc/schemas/job.ts'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { qemuCheck } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { openServices, type OpenServices } from './open-services.ts'

let folder: TempFolder
let services: OpenServices

// Threads that load the engine from its sources take seconds where much else runs.
vi.setConfig({ testTimeout: 60_000 })

beforeAll(async () => {
  folder = await tempFolder('health-after-work')
  services = await openServices(folder)
})
afterAll(async () => {
  await services[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const repairAll = { kind: 'repair', parameters: { mode: 'all' } } as const
const repairLeaks = { kind: 'repair', parameters: { mode: 'leaks' } } as const

/** An image whose data cluster counts as free; or one with a cluster that nothing uses. */
async function anImage(name: string, fault: 'corrupt' | 'leaks' | 'none'): Promise<number> {
  const image = new Qcow2Builder().data(0).build()
  if (fault === 'corrupt') image.setRefcount(image.hostClusterOf(0), 0n)
  if (fault === 'leaks') image.setRefcount(image.bytes.length / image.clusterSize, 1n)
  const tail = Buffer.alloc(fault === 'leaks' ? image.clusterSize : 0)
  await writeFile(folder.file(name), Buffer.concat([image.bytes, tail]))
  const [id = 0] = await services.add(folder.file(name))
  return id
}

test('an undone repair shows the damage again, said before and after', async () => {
  const id = await anImage('undone.qcow2', 'corrupt')
  const repaired = await services.run(id, repairAll, (await services.plan(id, repairAll)).token)
  expect(await services.row(id)).toMatchObject({ health: 'healthy', healthStale: false })

  const undo = { kind: 'undo', parameters: { id: repaired.id } } as const
  const plan = await services.plan(id, undo)
  expect(plan.detail).toMatchObject({
    damage: { corruptions: 2, leaks: 0, checkErrors: 0, warnings: 0 },
    returns: expect.stringContaining('2 corruptions'),
  })
  const undone = await services.run(id, undo, plan.token)
  expect(undone).toMatchObject({
    state: 'succeeded',
    summary: expect.stringContaining('2 corruptions'),
    result: { stillWrong: 'needs-repair' },
  })
  expect((await qemuCheck(folder.file('undone.qcow2'))).exitCode).toBe(2)
  expect(await services.row(id)).toMatchObject({
    health: 'needs-repair',
    healthStale: false,
    lastCheckAt: undone.endedAt,
  })
})

test('a repair of leaks leaves a damaged image in need of care, and says so', async () => {
  const ids = [
    await anImage('corrupt.qcow2', 'corrupt'),
    await anImage('leaks.qcow2', 'leaks'),
    await anImage('sound.qcow2', 'none'),
  ]
  const { jobIds, batchId } = await services.client['jobs.start']({
    request: repairLeaks,
    imageIds: ids,
    batchTitle: 'leaks',
  })
  const jobs = await Promise.all(jobIds.map((jobId) => services.ended(jobId)))
  const [corrupt, leaking, sound] = jobs
  expect(corrupt).toMatchObject({ state: 'succeeded', result: { stillWrong: 'needs-repair' } })
  expect(corrupt?.isIdle).toBeUndefined()
  expect(corrupt?.summary).not.toContain('--')
  expect(leaking?.result).not.toHaveProperty('stillWrong')
  expect(leaking?.result).toMatchObject({ leaksMended: 1 })
  expect(sound).toMatchObject({ isIdle: true })
  const counters = await new Promise<BatchCounters | undefined>((resolve) => {
    const watching = new AbortController()
    services.client['jobs.watch'](
      {},
      (event) => {
        if (event.type !== 'snapshot') return
        resolve(event.batches.find((batch) => batch.id === batchId))
        watching.abort()
      },
      { signal: watching.signal },
    ).catch(() => undefined)
  })
  expect(counters).toMatchObject({ done: 3, ok: 1, nothing: 1, damaged: 1 })

  const report = await services.client['jobs.report']({ batchId: batchId ?? '', format: 'json' })
  expect(JSON.parse(report.text)).toMatchObject({
    summary: { done: 1, 'needs-full-repair': 1, nothing: 1 },
  })

  // Known by now, so that a batch says it beforehand.
  const plan = await services.client['plans.batch']({ request: repairLeaks, imageIds: ids })
  expect(plan.included).toEqual([])
  expect(plan.skipped).toEqual([
    { imageId: ids[0], reason: { kind: 'needs-full-repair' } },
    { imageId: ids[1], reason: { kind: 'nothing-to-repair' } },
    { imageId: ids[2], reason: { kind: 'nothing-to-repair' } },
  ])
  const all = await services.client['plans.batch']({ request: repairAll, imageIds: ids })
  expect(all.included).toEqual([{ imageId: ids[0] }])
  // And gives them no job, but a line of its report.
  const again = await services.client['jobs.start']({
    request: repairLeaks,
    imageIds: ids,
    batchTitle: 'again',
  })
  expect(again).toMatchObject({ jobIds: [], skipped: 3 })
  const csv = await services.client['jobs.report']({ batchId: again.batchId ?? '', format: 'csv' })
  expect(csv.text).toContain('It needs the full repair; this one is of leaks only.')
  expect(csv.text).toContain('corrupt.qcow2,skipped')
})

test('a check tells the least that compacting gives back, and the plan of it the whole', async () => {
  const id = await anImage('space.qcow2', 'leaks')
  const { jobIds } = await services.client['jobs.start']({
    request: { kind: 'check' },
    imageIds: [id],
  })
  await services.ended(jobIds[0] ?? '')
  const reclaimable = async () => (await services.row(id))?.reclaimable
  expect(await reclaimable()).toMatchObject({ isExact: false, isLeast: true })
  await services.plan(id, { kind: 'compact', parameters: { mode: 'auto' } })
  const whole = await reclaimable()
  expect(whole).toMatchObject({ isExact: true })
  expect(whole).not.toHaveProperty('isLeast')
  const again = await services.client['jobs.start']({ request: { kind: 'check' }, imageIds: [id] })
  await services.ended(again.jobIds[0] ?? '')
  expect(await reclaimable()).toEqual(whole)
})
