import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Client } from '../../ipc/procedure.ts'
import type { Contract } from '../../ipc/contract.ts'
import { platter } from '../cli/run-platter.ts'
import { qemuImg } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { connectToHost } from './host-connection.ts'
import { startWebHost, type WebHostProcess } from './hosts.ts'

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

it('a host that was killed at work keeps its history and calls the job interrupted', async () => {
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
})
