/** What stands against a change: it is said before, it is refused later, and the image is as it was or whole. */
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ImageAction } from '../../ipc/schemas/action.ts'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { qemuSession } from '../helpers/qemu-session.ts'
import { createQcow2, qemuCheck, qemuIo } from '../helpers/qemu.ts'
import { cannotMount } from '../helpers/small-disk.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { openServices, type OpenServices } from './open-services.ts'

const mib = 2 ** 20
const run = promisify(execFile)

let folder: TempFolder
let services: OpenServices

// Threads that load the engine from its sources take seconds where much else runs.
vi.setConfig({ testTimeout: 60_000 })

beforeAll(async () => {
  folder = await tempFolder('change-faults')
  services = await openServices(folder)
})
afterAll(async () => {
  await services[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const grow: ImageAction = { kind: 'resize', parameters: { size: 64 * mib } }

async function anImage(
  name: string,
  ...commands: string[]
): Promise<{ readonly id: number; readonly file: string }> {
  const file = folder.file(name)
  await createQcow2(file, '32M')
  await qemuIo(file, 'write -P 7 0 1M', ...commands)
  const [id = 0] = await services.add(file)
  return { id, file }
}

describe('a plan', () => {
  test.each([
    ['no token', undefined, 'plan-missing'],
    ['a token of nobody', 'x'.repeat(43), 'plan-outdated'],
  ])('is what a change needs: with %s nothing is done', async (name, token, reason) => {
    const { id, file } = await anImage(`${name.replaceAll(' ', '-')}.qcow2`)
    const before = await readFile(file)
    expect(await services.run(id, grow, token)).toMatchObject({
      state: 'failed',
      error: { reason },
    })
    expect((await readFile(file)).equals(before)).toBe(true)
  })

  test('of another change does not count', async () => {
    const { id, file } = await anImage('other.qcow2')
    const before = await readFile(file)
    const { token } = await services.plan(id, grow)
    const more: ImageAction = { kind: 'resize', parameters: { size: 128 * mib } }
    expect(await services.run(id, more, token)).toMatchObject({
      state: 'failed',
      error: { reason: 'plan-outdated' },
    })
    expect((await readFile(file)).equals(before)).toBe(true)
  })

  test.each<[string, ImageAction]>([
    ['resize', grow],
    ['compact', { kind: 'compact', parameters: { mode: 'rewrite', compress: 'zstd' } }],
    ['repair', { kind: 'repair', parameters: { mode: 'all' } }],
    ['snapshot', { kind: 'snapshot', parameters: { action: 'create', name: 'one' } }],
  ])('does not outlive the image it was made for: %s', async (name, request) => {
    const { id, file } = await anImage(`changed-${name}.qcow2`)
    const { token } = await services.plan(id, request)
    await qemuIo(file, 'write -P 9 2M 1M')
    const before = await readFile(file)
    expect(await services.run(id, request, token)).toMatchObject({
      state: 'failed',
      error: { reason: 'plan-outdated' },
    })
    expect((await readFile(file)).equals(before)).toBe(true)
  })
})

test('an image that somebody has open is named with its holder, and left alone', async () => {
  const { id, file } = await anImage('held.qcow2')
  const { token } = await services.plan(id, grow)
  {
    await using session = await qemuSession(file)
    const plan = await services.plan(id, grow)
    expect(plan.allowed).toBe(false)
    expect(plan.preflight[0]).toMatchObject({
      id: 'use',
      tone: 'stop',
      use: { state: 'writing', holders: [{ pid: session.pid, name: 'qemu-io' }] },
    })
    const job = await services.run(id, grow, token)
    expect(job).toMatchObject({ state: 'failed', error: { reason: 'file-in-use' } })
    expect(job.error?.explanation.detail).toContain(`PID ${session.pid}`)
  }
  expect(await services.run(id, grow, token)).toMatchObject({ state: 'succeeded' })
})

test('a damaged image is stopped before snapshots, and the repair is offered', async () => {
  const file = folder.file('damaged.qcow2')
  const builder = new Qcow2Builder().data(0).build()
  builder.setRefcount(builder.hostClusterOf(0), 0n)
  await writeFile(file, builder.bytes)
  const [id = 0] = await services.add(file)
  const take: ImageAction = { kind: 'snapshot', parameters: { action: 'create', name: 'one' } }
  const plans = await services.plans(id, take)
  // The quick check that the second one knows was made for it.
  expect(plans.map(({ allowed }) => allowed)).toEqual([true, false])
  expect(plans.at(-1)?.preflight).toContainEqual(
    expect.objectContaining({ id: 'check', tone: 'stop', health: 'needs-repair', stale: false }),
  )
  const repair: ImageAction = { kind: 'repair', parameters: { mode: 'all' } }
  const plan = await services.plan(id, repair)
  expect(plan.allowed).toBe(true)
  await services.run(id, repair, plan.token)
  expect((await qemuCheck(file)).exitCode).toBe(0)
  expect((await services.plan(id, take)).allowed).toBe(true)
})

test('a change that is cancelled on the way leaves a whole image and says so', async () => {
  const { id, file } = await anImage(
    'cancelled.qcow2',
    ...Array.from({ length: 8 }, (_, part) => `write -P ${part + 1} ${part * 4}M 2M`),
  )
  const request: ImageAction = {
    kind: 'compact',
    parameters: { mode: 'rewrite', compress: 'zstd' },
  }
  const { token } = await services.plan(id, request)
  let asked = false
  const job = await services.run(id, request, token, {
    onProgress: ({ phase }, jobId) => {
      if (asked || phase !== 'data') return
      asked = true
      void services.client['jobs.cancel']({ jobId })
    },
  })
  expect(job).toMatchObject({ state: 'cancelled', summary: expect.stringMatching(/\.$/) })
  expect((await qemuCheck(file)).exitCode).toBe(0)
  await qemuIo(file, 'read -P 1 0 2M', 'read -P 8 28M 2M')
  expect((await services.plan(id, grow)).allowed).toBe(true)
})

test('a plan whose window went away ends, and the next one is made', async () => {
  const { id } = await anImage('gone-window.qcow2', 'write -P 0 2M 24M')
  const request: ImageAction = { kind: 'compact', parameters: { mode: 'auto' } }
  const window = new AbortController()
  await expect(
    services.plans(id, request, { signal: window.signal, onPlan: () => window.abort() }),
  ).rejects.toMatchObject({ data: { kind: 'cancelled' } })
  expect((await services.plan(id, request)).allowed).toBe(true)
})

// Mounting takes root; then everything a test could forbid by permissions is allowed, but no write to such a volume.
describe.skipIf(cannotMount || process.getuid?.() !== 0)('a volume of its own (needs root)', () => {
  let small: string

  beforeAll(async () => {
    small = folder.file('small')
    await mkdir(small)
    await run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'platter-test', small])
  })
  afterAll(() => run('umount', [small]))

  test('without room for it stops a change that needs a second file', async () => {
    const file = folder.file('small', 'full.qcow2')
    await createQcow2(file, '16M')
    await qemuIo(file, 'write -P 7 0 6M')
    const [id = 0] = await services.add(file)
    const request: ImageAction = {
      kind: 'compact',
      parameters: { mode: 'rewrite', compress: 'zstd' },
    }
    const plan = await services.plan(id, request)
    const line = plan.preflight.find((each) => each.id === 'space')
    expect(line).toMatchObject({ tone: 'stop', folder: small })
    expect(plan.allowed).toBe(false)
    const job = await services.run(id, request, plan.token)
    expect(job).toMatchObject({ state: 'failed', error: { reason: 'plan-no-space' } })
    expect(job.error?.explanation.detail).toContain(small)
    expect((await qemuCheck(file)).exitCode).toBe(0)
  })

  test('that is read-only is told from the start', async () => {
    const file = folder.file('small', 'fixed.qcow2')
    await createQcow2(file, '1M')
    const [id = 0] = await services.add(file)
    await run('mount', ['-o', 'remount,ro', small])
    const plan = await services.plan(id, grow)
    expect(plan.preflight).toContainEqual(
      expect.objectContaining({
        id: 'writable',
        tone: 'stop',
        error: expect.objectContaining({ reason: 'file-not-writable' }),
      }),
    )
    expect(await services.run(id, grow, plan.token)).toMatchObject({
      state: 'failed',
      error: { reason: 'file-not-writable' },
    })
    await run('mount', ['-o', 'remount,rw', small])
  })
})
