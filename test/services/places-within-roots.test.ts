/** A window that may look below some folders only, over a library that knows files outside of them. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, realpath } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RemoteError } from '../../ipc/remote-error.ts'
import type { ImageAction } from '../../ipc/schemas/action.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import { Roots } from '../../main/web/roots.ts'
import { createQcow2, qemuImg } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { openServices, type OpenServices } from './open-services.ts'
import { testShell } from './test-shell.ts'

// Threads that load the engine from its sources take seconds where much else runs.
vi.setConfig({ testTimeout: 60_000 })

let folder: TempFolder

beforeEach(async () => {
  folder = await tempFolder('roots')
  vi.stubEnv('XDG_DATA_HOME', folder.file('share'))
  await mkdir(folder.file('inside'))
  await mkdir(folder.file('outside'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await folder[Symbol.asyncDispose]()
})

async function openInside(): Promise<OpenServices> {
  const roots = await Roots.of([await realpath(folder.file('inside'))])
  const shell = testShell()
  return openServices(folder, {
    ...shell,
    roots: roots.paths,
    admit: (file) => roots.admit(file),
  })
}

async function added(services: OpenServices, file: string): Promise<number> {
  const [id] = await services.add(file)
  if (id === undefined) throw new Error('the file was not added')
  return id
}

async function change(services: OpenServices, id: number, request: ImageAction): Promise<Job> {
  const { token } = await services.plan(id, request)
  const job = await services.run(id, request, token)
  expect(job).toMatchObject({ state: 'succeeded' })
  return job
}

const reasonOf = async (work: Promise<unknown>): Promise<string | undefined> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof RemoteError ? error.data.reason : undefined
}

it('a row outside of the roots stays, and so does what is kept for it', async () => {
  const file = folder.file('outside', 'c.qcow2')
  await createQcow2(file, '8M')
  const grow: ImageAction = { kind: 'resize', parameters: { size: 2 ** 24 } }
  let id = 0
  {
    await using services = await openServices(folder)
    id = await added(services, file)
    await change(services, id, grow)
    expect((await services.client['undo.store']({})).entries).toHaveLength(1)
  }
  await using services = await openInside()
  const remove: ImageAction = { kind: 'remove', parameters: {} }
  expect(await reasonOf(services.plan(id, remove))).toBe('outside-roots')
  expect(await reasonOf(services.client['library.removeImages']({ imageIds: [id] }))).toBe(
    'outside-roots',
  )
  expect((await services.client['undo.store']({})).entries).toEqual([])
  await services.client['undo.purge']({})
  const { jobs } = await services.client['history.page']({ limit: 10 })
  expect(jobs[0]).toMatchObject({ undo: 'possible' })
})

it('an overlay outside of the roots is not written to, and stops the move', async () => {
  const [base, overlay] = [folder.file('inside', 'a.qcow2'), folder.file('outside', 'b.qcow2')]
  await createQcow2(base, '8M')
  await qemuImg('create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', overlay)
  const before = await readFile(overlay)
  {
    await using services = await openServices(folder)
    for (const file of [base, overlay]) await added(services, file)
  }
  await using services = await openInside()
  const id = await added(services, base)
  const request: ImageAction = {
    kind: 'rename',
    parameters: { path: folder.file('inside', 'new.qcow2') },
  }
  const plan = await services.plan(id, request)
  expect(plan.allowed).toBe(false)
  expect(JSON.stringify(plan.preflight)).toContain('overlay-not-told')
  await services.run(id, request, plan.token)
  expect(existsSync(base)).toBe(true)
  expect((await readFile(overlay)).equals(before)).toBe(true)
})

it('nothing returns to where the window may not look', async () => {
  const names = ['moved', 'trashed', 'removed']
  const files = names.map((name) => folder.file('outside', `${name}.qcow2`))
  const jobs: Job[] = []
  {
    await using services = await openServices(folder)
    for (const [index, file] of files.entries()) {
      await createQcow2(file, '8M')
      const id = await added(services, file)
      const requests: readonly ImageAction[] = [
        { kind: 'move', parameters: { path: folder.file('inside', 'moved.qcow2') } },
        { kind: 'trash', parameters: {} },
        { kind: 'remove', parameters: {} },
      ]
      const request = requests[index]
      if (request !== undefined) jobs.push(await change(services, id, request))
    }
  }
  await using services = await openInside()
  const reasons: unknown[] = []
  for (const { id, imageId } of jobs) {
    const request: ImageAction = { kind: 'undo', parameters: { id } }
    reasons.push(await reasonOf(services.plan(imageId, request)))
  }
  expect(reasons).toEqual(['outside-roots', 'outside-roots', 'outside-roots'])
})
