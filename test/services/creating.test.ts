/** New images as a window asks for them: planned, made by a real worker, and read by qemu-img afterwards. */
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { CreateAction } from '../../ipc/schemas/action.ts'
import { Roots } from '../../main/web/roots.ts'
import { createQcow2, qemuCheck, qemuImgJson } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { openServices, type OpenServices } from './open-services.ts'
import { testShell } from './test-shell.ts'

const mib = 2 ** 20

let folder: TempFolder
let services: OpenServices

// Threads that load the engine from its sources take seconds where much else runs.
vi.setConfig({ testTimeout: 60_000 })

beforeAll(async () => {
  folder = await tempFolder('creating')
  await mkdir(folder.file('shared'))
  await mkdir(folder.file('elsewhere'))
  await createQcow2(folder.file('shared', 'base.qcow2'), '48M')
  await createQcow2(folder.file('elsewhere', 'secret.qcow2'), '48M')
  await symlink(folder.file('elsewhere'), folder.file('shared', 'way-out'))
  const roots = await Roots.of([folder.file('shared')])
  services = await openServices(folder, {
    ...testShell(),
    roots: roots.paths,
    admit: (path) => roots.admit(path),
  })
})
afterAll(async () => {
  await services[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const creation = (
  name: string,
  parameters: Partial<CreateAction['parameters']> = {},
): CreateAction => ({
  kind: 'create',
  parameters: { path: folder.file('shared', name), format: 'qcow2', ...parameters },
})

const planOf = (request: CreateAction) => services.client['plans.create']({ request })

test.each<
  [string, CreateAction['parameters']['format'], Partial<CreateAction['parameters']>, object]
>([
  ['plain.qcow2', 'qcow2', { size: 64 * mib }, { 'virtual-size': 64 * mib, format: 'qcow2' }],
  [
    'chosen.qcow2',
    'qcow2',
    { size: 64 * mib, clusterSize: 131_072, compressionType: 'zstd', lazyRefcounts: true },
    {
      'cluster-size': 131_072,
      'format-specific': { data: { 'compression-type': 'zstd', 'lazy-refcounts': true } },
    },
  ],
  [
    'old.qcow2',
    'qcow2',
    { size: mib, compat: '0.10' },
    { 'format-specific': { data: { compat: '0.10' } } },
  ],
  ['disk.raw', 'raw', { size: 2 * mib, preallocation: 'full' }, { 'virtual-size': 2 * mib }],
  [
    'overlay.qcow2',
    'qcow2',
    { backing: 'base.qcow2', backingFormat: 'qcow2' },
    {
      'virtual-size': 48 * mib,
      'backing-filename': 'base.qcow2',
      'backing-filename-format': 'qcow2',
    },
  ],
])(
  '%s is what was planned, and a row of the library',
  async (name, format, parameters, expected) => {
    const request = creation(name, { ...parameters, format })
    const plan = await planOf(request)
    expect(plan).toMatchObject({ allowed: true, detail: { kind: 'create' } })
    const { path } = request.parameters
    const job = await services.create(request, plan.token)
    expect(job).toMatchObject({ state: 'succeeded', imagePath: path, request: { kind: 'create' } })
    expect(await qemuImgJson('info', '-f', format, path)).toMatchObject(expected)
    // 63: a raw image has nothing to check.
    expect((await qemuCheck(path)).exitCode).toBe(format === 'qcow2' ? 0 : 1)
    expect(await services.row(job.imageId)).toMatchObject({ path, format })
    expect(job.fileBefore).toBeUndefined()
    expect(job.fileAfter?.length).toBeGreaterThan(0)
  },
)

test('a name that is taken, and options that do not go together, are told before', async () => {
  await writeFile(folder.file('shared', 'taken.qcow2'), 'mine')
  const refusals: [CreateAction, string][] = [
    [creation('taken.qcow2', { size: mib }), 'file-exists'],
    [creation('none.qcow2'), 'size-missing'],
    [creation('raw.raw', { format: 'raw', size: mib, clusterSize: 65_536 }), 'options-conflict'],
    [creation('odd.qcow2', { size: mib, clusterSize: 1000 }), 'option-invalid'],
    [creation('missing/x.qcow2', { size: mib }), 'file-missing'],
  ]
  for (const [request, reason] of refusals) {
    await expect(planOf(request)).rejects.toMatchObject({ data: { reason } })
  }
})

test('nothing is made, and nothing read, outside of what is shared', async () => {
  const outside: CreateAction[] = [
    { kind: 'create', parameters: { path: folder.file('x.qcow2'), format: 'qcow2', size: mib } },
    creation('way-out/x.qcow2', { size: mib }),
    creation('../elsewhere/x.qcow2', { size: mib }),
    creation('sly.qcow2', { backing: '../elsewhere/secret.qcow2', backingFormat: 'qcow2' }),
  ]
  for (const request of outside) {
    const outsideRoots = { data: { reason: 'outside-roots' } }
    await expect(planOf(request)).rejects.toMatchObject(outsideRoots)
    await expect(services.client['jobs.create']({ request })).rejects.toMatchObject(outsideRoots)
  }
})

test('what was not planned is not made, and leaves an entry in the history only', async () => {
  const request = creation('unplanned.qcow2', { size: mib })
  const job = await services.create(request, undefined)
  expect(job).toMatchObject({ state: 'failed', error: { reason: 'plan-missing' } })
  await expect(realpath(request.parameters.path)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(await services.row(job.imageId)).toBeUndefined()
  const plan = await planOf(request)
  const made = await services.create(request, plan.token)
  expect(made).toMatchObject({ state: 'succeeded', imageId: job.imageId })
})
