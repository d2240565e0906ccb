import { copyFile, open } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Client } from '../../ipc/procedure.ts'
import type { Contract } from '../../ipc/contract.ts'
import type { ImageAction } from '../../ipc/schemas/action.ts'
import type { Job, JobEvent } from '../../ipc/schemas/job.ts'
import type { ActionPlan } from '../../ipc/schemas/plan.ts'
import { platter } from '../cli/run-platter.ts'
import { qemuCheck, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { connectToHost } from './host-connection.ts'
import { startWebHost, type WebHostProcess } from './hosts.ts'

/** Two gigabytes are written before anything is tested. */
const patience = { timeout: 120_000 }

let folder: TempFolder
let environment: Record<string, string>
const hosts: WebHostProcess[] = []

beforeEach(async () => {
  folder = await tempFolder('killed')
  environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder.path,
    PLATTER_DATA: folder.file('data'),
    PLATTER_LOGS: folder.file('logs'),
  }
})
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop('SIGKILL')
  await folder[Symbol.asyncDispose]()
})

async function openHost(): Promise<WebHostProcess> {
  const host = await startWebHost([folder.path], environment)
  hosts.push(host)
  return host
}

/** Hashes a large file, the host's only job; resolves once it makes progress. */
async function startLongHash(client: Client<Contract>, file: string): Promise<string> {
  const { imageIds } = await client['library.addFiles']({ paths: [file] })
  const isRunning = Promise.withResolvers<void>()
  // Ends with the connection, which is what these tests are about.
  client['jobs.watch']({}, (event) => {
    if (event.type === 'progress') isRunning.resolve()
  }).catch(() => undefined)
  const { jobIds } = await client['jobs.start']({ request: { kind: 'hash' }, imageIds })
  await isRunning.promise
  return jobIds[0] ?? ''
}

it(
  'a host that was killed at work keeps its history and calls the job interrupted',
  patience,
  async () => {
    const big = folder.file('big.raw')
    await qemuImg('create', '-q', '-f', 'raw', '-o', 'preallocation=full', big, '2G')
    const small = folder.file('small.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', small, '1G')

    const first = await openHost()
    const window = await connectToHost(first.url)
    const checked = await platter(['check', small], { env: environment })
    expect(checked).toMatchObject({ exitCode: 0, stderr: '' })
    const jobId = await startLongHash(window.client, big)
    await first.stop('SIGKILL')
    await expect(window.client['app.info']({})).rejects.toMatchObject({
      data: { reason: 'disconnected' },
    })

    const second = await openHost()
    const next = await connectToHost(second.url)
    const { jobs } = await next.client['history.page']({ limit: 10 })
    expect(jobs.find(({ id }) => id === jobId)).toMatchObject({ state: 'interrupted' })
    expect(jobs.filter(({ actor }) => actor === 'cli')).toMatchObject([
      { state: 'succeeded', imagePath: small },
    ])
    next.close()
  },
)

type Host = Client<Contract>

/** Hears of jobs until one event fits. */
async function heard(client: Host, fits: (event: JobEvent) => boolean): Promise<void> {
  const fitting = Promise.withResolvers<void>()
  // Ends with the connection.
  client['jobs.watch']({}, (event) => {
    if (fits(event)) fitting.resolve()
  }).catch(() => undefined)
  await fitting.promise
}

async function planned(client: Host, imageId: number, request: ImageAction): Promise<ActionPlan> {
  let last: ActionPlan | undefined
  await client['plans.action']({ imageId, request }, (event) => {
    if (event.type === 'plan') last = event.plan
  })
  if (last === undefined) throw new Error('no plan')
  return last
}

/** Starts what is planned, and kills the host once `isMidway`. */
async function killMidway(
  host: WebHostProcess,
  client: Host,
  file: string,
  request: ImageAction,
  isMidway: (share: number) => boolean,
): Promise<string> {
  const { imageIds } = await client['library.addFiles']({ paths: [file] })
  const [imageId = 0] = imageIds
  const plan = await planned(client, imageId, request)
  expect(plan).toMatchObject({ allowed: true })
  const midway = heard(
    client,
    (event) =>
      event.type === 'progress' && event.jobs.some(({ progress }) => isMidway(progress.share ?? 0)),
  )
  const { jobIds } = await client['jobs.start']({ request, imageIds, planToken: plan.token })
  await midway
  await host.stop('SIGKILL')
  return jobIds[0] ?? ''
}

/** Takes the job up on this host; resolves with the new one when it has ended. */
async function takenUp(client: Host, jobId: string): Promise<Job> {
  const again = await client['jobs.again']({ jobId })
  await heard(
    client,
    (event) =>
      event.type !== 'progress' &&
      event.type !== 'batches' &&
      event.jobs.some(({ id, endedAt }) => id === again.jobId && endedAt !== undefined),
  )
  return client['jobs.get'](again)
}

it(
  'a compaction and a repair that a kill cut off are taken up again, and the images are sound',
  patience,
  async () => {
    const image = folder.file('full.qcow2')
    const broken = folder.file('broken.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', image, '1G')
    // What lies in front of the file is let go of later, so that clusters have to move.
    await qemuIo(image, 'write -q -P 1 512M 192M', 'write -q -P 2 0 192M', 'write -q -P 0 256M 64M')
    await qemuIo(image, 'discard -q 512M 192M')
    await copyFile(image, broken)
    await copyFile(image, folder.file('before.qcow2'))
    await loseRefcounts(broken)

    const first = await openHost()
    const window = await connectToHost(first.url)
    const compacting = await killMidway(
      first,
      window.client,
      image,
      { kind: 'compact', parameters: { mode: 'in-place' } },
      (share) => share > 0.4,
    )

    const second = await openHost()
    const next = await connectToHost(second.url)
    await heard(
      next.client,
      (event) => event.type === 'snapshot' && event.jobs.some(({ id }) => id === compacting),
    )
    expect(await next.client['jobs.get']({ jobId: compacting })).toMatchObject({
      state: 'interrupted',
      canResume: true,
    })
    expect(await takenUp(next.client, compacting)).toMatchObject({ state: 'succeeded' })
    const repairing = await killMidway(
      second,
      next.client,
      broken,
      { kind: 'repair', parameters: { mode: 'all' } },
      (share) => share > 0,
    )

    const third = await openHost()
    const last = await connectToHost(third.url)
    expect(await last.client['jobs.get']({ jobId: repairing })).toMatchObject({
      state: 'interrupted',
      canResume: true,
    })
    // The repair may have been done by the time it was killed: then there is nothing left to do.
    const repaired = await takenUp(last.client, repairing).catch((error: unknown) => error)
    expect(repaired).toMatchObject(
      repaired instanceof Error
        ? { data: { reason: 'nothing-left-to-do' } }
        : { state: 'succeeded' },
    )
    const log = await last.client['jobs.log']({ jobId: compacting })
    expect(log.lines.map(({ text }) => text)).toContain('job started')
    last.close()

    for (const file of [image, broken]) {
      expect(await qemuCheck(file)).toMatchObject({ exitCode: 0 })
      await qemuImg('compare', '-q', file, folder.file('before.qcow2'))
    }
  },
)

/** Says of two thousand clusters that nobody uses them. */
async function loseRefcounts(image: string): Promise<void> {
  await using file = await open(image, 'r+')
  const bytes = Buffer.alloc(8)
  await file.read(bytes, 0, 8, 48)
  const table = Number(bytes.readBigUInt64BE())
  await file.read(bytes, 0, 8, table)
  const block = Number(bytes.readBigUInt64BE())
  await file.write(Buffer.alloc(4096), 0, 4096, block + 8192)
}
