/** Names, places, the Trash and undoing as a window asks for them, on two real volumes. */
import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, afterEach, expect, it, vi } from 'vitest'
import { RemoteError } from '../../ipc/remote-error.ts'
import type { ImageAction } from '../../ipc/schemas/action.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { ActionPlan } from '../../ipc/schemas/plan.ts'
import { databaseFile } from '../../main/data-folders.ts'
import { holdingProcess } from '../helpers/holding-process.ts'
import { folderOnOtherVolume, hasOneVolume } from '../helpers/other-volume.ts'
import { createQcow2, qemuCheck, qemuImg, qemuImgJson, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { openServices, type OpenServices } from './open-services.ts'

// Threads that load the engine from its sources take seconds where much else runs.
vi.setConfig({ testTimeout: 60_000 })

let home: TempFolder
let services: OpenServices
let folder: TempFolder

beforeAll(async () => {
  home = await tempFolder('places-home')
  vi.stubEnv('XDG_DATA_HOME', home.file('share'))
  services = await openServices(home)
})
afterAll(async () => {
  await services[Symbol.asyncDispose]()
  vi.unstubAllEnvs()
  await home[Symbol.asyncDispose]()
})
beforeEach(async () => {
  folder = await tempFolder('places')
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

interface Image {
  readonly id: number
  readonly file: string
}

async function anImage(name: string): Promise<Image> {
  const file = folder.file(name)
  await createQcow2(file, '8M')
  await qemuIo(file, 'write -P 7 0 1M', 'write -P 9 5M 64k')
  return { file, id: await added(file) }
}

async function anOverlay(name: string, backing: string): Promise<Image> {
  const file = folder.file(name)
  await qemuImg('create', '-q', '-f', 'qcow2', '-b', backing, '-F', 'qcow2', file)
  await qemuIo(file, 'write -P 5 2M 64k')
  return { file, id: await added(file) }
}

/** What QEMU reads in it, as a digest. */
async function contentOf(file: string): Promise<string> {
  const copy = home.file('content.raw')
  await qemuImg('convert', '-O', 'raw', file, copy)
  return createHash('sha256')
    .update(await readFile(copy))
    .digest('hex')
}

async function contents(...images: readonly Image[]): Promise<readonly string[]> {
  const digests: string[] = []
  for (const { file } of images) digests.push(await contentOf(file))
  return digests
}

async function added(file: string): Promise<number> {
  const [id] = await services.add(file)
  if (id === undefined) throw new Error('the file was not added')
  return id
}

/** Plans and does it. */
async function change(id: number, request: ImageAction): Promise<Job> {
  const plan = await services.plan(id, request)
  expect(plan).toMatchObject({ allowed: true })
  const job = await services.run(id, request, plan.token)
  expect(job).toMatchObject({ state: 'succeeded' })
  return job
}

const undoOf = (job: Job): ImageAction => ({ kind: 'undo', parameters: { id: job.id } })
const renameTo = (file: string): ImageAction => ({ kind: 'rename', parameters: { path: file } })
const moveTo = (file: string): ImageAction => ({ kind: 'move', parameters: { path: file } })
const trash: ImageAction = { kind: 'trash', parameters: {} }
const remove: ImageAction = { kind: 'remove', parameters: {} }

const refusals = ({ preflight }: ActionPlan): readonly string[] =>
  preflight.flatMap((line) => (line.id === 'refusal' ? [line.error.reason] : []))

async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof RemoteError) return error.data.reason
    throw error
  }
  return 'nothing was thrown'
}

const backingOf = async (file: string): Promise<string | undefined> =>
  (await qemuImgJson<{ 'backing-filename'?: string }>('info', file))['backing-filename']

const undoIn = async (id: string): Promise<string | undefined> =>
  (await services.client['jobs.get']({ jobId: id })).undo

it('an image gets another name, stays the same row, and gets the old one back', async () => {
  const { id, file } = await anImage('old.qcow2')
  const before = await contentOf(file)
  const to = folder.file('new.qcow2')
  const plan = await services.plan(id, renameTo(to))
  expect(plan).toMatchObject({
    allowed: true,
    detail: { kind: 'file', action: 'rename', from: file, to, relinked: [] },
  })
  const job = await change(id, renameTo(to))
  expect(job).toMatchObject({ summary: 'Renamed from old.qcow2', imagePath: to, undo: 'possible' })
  expect(await services.row(id)).toMatchObject({ path: to, name: 'new.qcow2' })
  expect(await readdir(folder.path)).toEqual(['new.qcow2'])

  expect(await services.plan(id, undoOf(job))).toMatchObject({
    allowed: true,
    detail: { kind: 'undo', jobId: job.id, returns: `The file returns to ${file}.` },
  })
  await change(id, undoOf(job))
  expect(await services.row(id)).toMatchObject({ path: file })
  expect(await undoIn(job.id)).toBe('done')
  expect(await contentOf(file)).toBe(before)
  expect(await reasonOf(services.plan(id, undoOf(job)))).toBe('undo-done')
})

it('names that cannot be are refused before anything is done', async () => {
  const { id, file } = await anImage('disk.qcow2')
  await writeFile(folder.file('taken.qcow2'), 'somebody else')
  const cases: readonly (readonly [ImageAction, string])[] = [
    [renameTo(file), 'same-place'],
    [renameTo(folder.file('taken.qcow2')), 'name-taken'],
    [renameTo(folder.file(`${'n'.repeat(252)}.img`)), 'name-not-possible'],
    [moveTo(folder.file('taken.qcow2')), 'name-taken'],
  ]
  for (const [request, reason] of cases) {
    const plan = await services.plan(id, request)
    expect(plan.allowed).toBe(false)
    expect(refusals(plan)).toContain(reason)
  }
  const elsewhere = services.plan(id, renameTo(path.join(home.path, 'disk.qcow2')))
  expect(await reasonOf(elsewhere)).toBe('invalid-argument')
  const nowhere = services.plan(id, moveTo(folder.file('gone', 'disk.qcow2')))
  expect(await reasonOf(nowhere)).toBe('folder-missing')
  expect(readFileSync(folder.file('taken.qcow2'), 'utf8')).toBe('somebody else')
})

it('an image that is in use stays, and one that was planned for another name is not given this one', async () => {
  const { id, file } = await anImage('busy.qcow2')
  const request = renameTo(folder.file('other.qcow2'))
  const { token } = await services.plan(id, request)
  {
    await using holder = await holdingProcess(file)
    expect(await holder.order('write')).toBe('done')
    expect(await services.plan(id, request)).toMatchObject({ allowed: false })
    expect(await services.run(id, request, token)).toMatchObject({
      state: 'failed',
      error: { reason: 'file-in-use' },
    })
  }
  const outdated = await services.run(id, renameTo(folder.file('third.qcow2')), token)
  expect(outdated).toMatchObject({ state: 'failed', error: { reason: 'plan-outdated' } })
  expect(await readdir(folder.path)).toEqual(['busy.qcow2'])
})

it('overlays are told of the new place, by the way they named the old one, and again by the undo', async () => {
  const base = await anImage('base.qcow2')
  const beside = await anOverlay('beside.qcow2', 'base.qcow2')
  const whole = await anOverlay('whole.qcow2', base.file)
  const before = await contents(beside, whole)
  await mkdir(folder.file('bases'))
  const to = folder.file('bases', 'renamed.qcow2')
  expect(await services.plan(base.id, moveTo(to))).toMatchObject({
    allowed: true,
    detail: { relinked: [beside.file, whole.file] },
  })
  const job = await change(base.id, moveTo(to))
  expect(await backingOf(beside.file)).toBe('bases/renamed.qcow2')
  expect(await backingOf(whole.file)).toBe(to)
  for (const { file } of [beside, whole]) expect((await qemuCheck(file)).exitCode).toBe(0)
  expect(await contents(beside, whole)).toEqual(before)

  await change(base.id, undoOf(job))
  expect(await backingOf(beside.file)).toBe('base.qcow2')
  expect(await backingOf(whole.file)).toBe(base.file)
  expect(await contents(beside, whole)).toEqual(before)
})

it('a name that reads as a protocol is told as a path', async () => {
  const base = await anImage('base.qcow2')
  const overlay = await anOverlay('top.qcow2', 'base.qcow2')
  const before = await contentOf(overlay.file)
  const job = await change(base.id, renameTo(folder.file('nbd:base.qcow2')))
  expect(await backingOf(overlay.file)).toBe('./nbd:base.qcow2')
  expect(await contentOf(overlay.file)).toBe(before)
  await change(base.id, undoOf(job))
  expect(await backingOf(overlay.file)).toBe('base.qcow2')
})

it('an image stays with the data file that it finds beside itself', async () => {
  const file = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'raw', folder.file('disk.raw'), '8M')
  const options = `data_file=${folder.file('disk.raw')}`
  await qemuImg('create', '-q', '-f', 'qcow2', '-o', options, file, '8M')
  await qemuImg('amend', '-q', '-f', 'qcow2', '-o', 'data_file=disk.raw', file)
  const id = await added(file)
  await mkdir(folder.file('away'))
  const plan = await services.plan(id, moveTo(folder.file('away', 'disk.qcow2')))
  expect(refusals(plan)).toEqual(['move-from-data-file'])
  await change(id, renameTo(folder.file('other.qcow2')))
})

it('a file that holds the content of an image stays as it is, and is known to belong to it', async () => {
  const [file, data] = [folder.file('front.qcow2'), folder.file('content.raw')]
  await qemuImg(
    'create',
    '-q',
    '-f',
    'qcow2',
    '-o',
    `data_file=${data},data_file_raw=on`,
    file,
    '8M',
  )
  const [id, dataId] = [await added(file), await added(data)]
  expect(await services.row(dataId)).toMatchObject({ dataFileOf: [id], isOrphan: false })
  expect(await services.row(id)).toMatchObject({ dataFile: { state: 'present', target: data } })
  const resize: ImageAction = { kind: 'resize', parameters: { size: 2 ** 24 } }
  for (const request of [renameTo(folder.file('x.raw')), trash, resize]) {
    const plan = await services.plan(dataId, request)
    expect(plan.allowed).toBe(false)
    expect(refusals(plan)).toContain('data-file-needed')
  }
  await change(id, remove)
  expect((await services.row(dataId))?.dataFileOf).toBeUndefined()
  await change(dataId, renameTo(folder.file('x.raw')))
})

it('overlays whose files are not there now are named, and not passed over', async () => {
  const base = await anImage('base.qcow2')
  const [here, away] = [
    await anOverlay('here.qcow2', base.file),
    await anOverlay('away.qcow2', base.file),
  ]
  await rename(away.file, folder.file('unplugged'))
  await services.client['library.refresh']({ imageIds: [away.id] })
  for (const request of [renameTo(folder.file('new.qcow2')), trash]) {
    const { preflight } = await services.plan(base.id, request)
    const line = preflight.find(({ id }) => id === 'children')
    expect(line).toMatchObject({
      tone: 'note',
      children: [{ imageId: here.id }, { imageId: away.id }],
      missing: [{ imageId: away.id, name: 'away.qcow2' }],
    })
  }
  const shrink: ImageAction = {
    kind: 'resize',
    parameters: { size: 2 ** 20, ignoreDataLoss: true },
  }
  const { preflight } = await services.plan(base.id, shrink)
  expect(preflight).toContainEqual(
    expect.objectContaining({
      id: 'children',
      tone: 'stop',
      missing: [{ imageId: away.id, name: 'away.qcow2' }],
    }),
  )
})

it('an overlay that leaves its folder still finds what it stands on', async () => {
  await anImage('base.qcow2')
  const overlay = await anOverlay('top.qcow2', 'base.qcow2')
  const before = await contentOf(overlay.file)
  await mkdir(folder.file('tops'))
  const to = folder.file('tops', 'top.qcow2')
  const job = await change(overlay.id, moveTo(to))
  expect(await backingOf(to)).toBe(folder.file('base.qcow2'))
  expect(await contentOf(to)).toBe(before)
  await change(overlay.id, undoOf(job))
  expect(await backingOf(overlay.file)).toBe('base.qcow2')
  expect(await contentOf(overlay.file)).toBe(before)
})

it('an overlay that cannot be told stops the move', async () => {
  const base = await anImage('base.qcow2')
  const overlay = await anOverlay('top.qcow2', 'base.qcow2')
  await using holder = await holdingProcess(overlay.file)
  expect(await holder.order('write')).toBe('done')
  await services.client['library.refresh']({ imageIds: [overlay.id] })
  const request = renameTo(folder.file('other.qcow2'))
  expect(refusals(await services.plan(base.id, request))).toContain('overlay-not-told')
  expect((await readdir(folder.path)).toSorted()).toEqual(['base.qcow2', 'top.qcow2'])
})

it.skipIf(hasOneVolume)(
  'a move to another volume is proved, keeps the row, and can be undone',
  async () => {
    await using other = await folderOnOtherVolume('places')
    const { id, file } = await anImage('disk.qcow2')
    const before = await contentOf(file)
    const to = other.file('disk.qcow2')
    const plan = await services.plan(id, moveTo(to))
    const copied = plan.detail.kind === 'file' ? plan.detail.copiedBytes : undefined
    expect(copied).toBeGreaterThan(2 ** 20)
    expect(plan.preflight).toContainEqual(expect.objectContaining({ id: 'space', tone: 'good' }))
    const job = await change(id, moveTo(to))
    expect(job.result).toMatchObject({
      facts: expect.arrayContaining([
        {
          label: 'SHA-256 of the file, before and after',
          text: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ]) as unknown,
    })
    expect(await services.row(id)).toMatchObject({ path: to })
    expect(existsSync(file)).toBe(false)
    expect(await contentOf(to)).toBe(before)
    await change(id, undoOf(job))
    expect(await readdir(other.path)).toEqual([])
    expect(await contentOf(file)).toBe(before)
    expect(await services.row(id)).toMatchObject({ path: file })
  },
)

it('the Trash is the one of the system, and gives back what it got', async () => {
  const { id, file } = await anImage('a b%.qcow2')
  const before = await contentOf(file)
  const place = home.file('share', 'Trash', 'files', 'a b%.qcow2')
  expect(await services.plan(id, trash)).toMatchObject({
    allowed: true,
    detail: { kind: 'file', action: 'trash', from: file, to: place },
  })
  const job = await change(id, trash)
  expect(await services.row(id)).toBeUndefined()
  expect(existsSync(file)).toBe(false)
  const info = await readFile(home.file('share', 'Trash', 'info', 'a b%.qcow2.trashinfo'), 'utf8')
  expect(info).toMatch(
    /^\[Trash Info\]\nPath=\/\S+\/a%20b%25\.qcow2\nDeletionDate=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\n$/,
  )
  expect((await stat(home.file('share', 'Trash', 'info'))).mode & 0o777).toBe(0o700)

  await change(id, undoOf(job))
  expect(await services.row(id)).toMatchObject({ path: file })
  expect(await contentOf(file)).toBe(before)
  expect(existsSync(`${place}.trashinfo`)).toBe(false)
  expect(await readdir(home.file('share', 'Trash', 'info'))).toEqual([])
})

it('a batch that went to the Trash comes back as one', async () => {
  const images = [await anImage('this.qcow2'), await anImage('that.qcow2')]
  const before = await contents(...images)
  const imageIds = images.map(({ id }) => id)
  const runAll = async (request: ImageAction): Promise<string> => {
    const started = await services.client['jobs.start']({ request, imageIds, batchTitle: 'all' })
    for (const jobId of started.jobIds)
      expect(await services.ended(jobId)).toMatchObject({ state: 'succeeded' })
    return started.batchId ?? ''
  }
  const batch = await runAll(trash)
  for (const { file } of images) expect(existsSync(file)).toBe(false)
  await runAll({ kind: 'undo', parameters: { batch } })
  expect(await contents(...images)).toEqual(before)
})

it('two files of one name lie in the Trash side by side', async () => {
  const one = await anImage('same.qcow2')
  await mkdir(folder.file('deeper'))
  const two = folder.file('deeper', 'same.qcow2')
  await createQcow2(two, '2M')
  const jobs = [await change(one.id, trash), await change(await added(two), trash)]
  const names = await readdir(home.file('share', 'Trash', 'files'))
  expect(names.filter((name) => name.startsWith('same')).toSorted()).toEqual([
    'same.2.qcow2',
    'same.qcow2',
  ])
  for (const job of jobs) await change(job.imageId, undoOf(job))
  expect(existsSync(one.file) && existsSync(two)).toBe(true)
})

it('what other images are made of does not go into the Trash', async () => {
  const base = await anImage('base.qcow2')
  await anOverlay('top.qcow2', 'base.qcow2')
  expect(refusals(await services.plan(base.id, trash))).toContain('overlays-need-it')
})

it('an undo is refused when the Trash was emptied, or the old place is taken', async () => {
  const { id, file } = await anImage('lost.qcow2')
  const job = await change(id, trash)
  await writeFile(file, 'somebody else')
  expect(refusals(await services.plan(id, undoOf(job)))).toEqual(['undo-place-taken'])
  await rm(file)
  await rm(home.file('share', 'Trash', 'files', 'lost.qcow2'))
  const plan = await services.plan(id, undoOf(job))
  expect(plan.allowed).toBe(false)
  expect(refusals(plan)).toEqual(['trash-emptied'])
})

it('a file that took the name of one in the Trash, and left it again, is a row of its own', async () => {
  const { id, file } = await anImage('twice.qcow2')
  const before = await contentOf(file)
  const job = await change(id, trash)
  await createQcow2(file, '2M')
  expect(await added(file)).toBe(id)
  const moved = folder.file('moved-on.qcow2')
  await change(id, renameTo(moved))
  await change(id, undoOf(job))
  expect(await services.row(id)).toMatchObject({ path: file })
  expect(await contentOf(file)).toBe(before)
  const other = await added(moved)
  expect(other).not.toBe(id)
  expect(await services.row(other)).toMatchObject({ path: moved, virtualSize: 2 ** 21 })
})

it('another file at the place of one that left the library does not get its history', async () => {
  const { id, file } = await anImage('left.qcow2')
  const job = await change(id, remove)
  await createQcow2(folder.file('stranger'), '1M')
  await rename(file, folder.file('aside.qcow2'))
  await rename(folder.file('stranger'), file)
  const plan = await services.plan(id, undoOf(job))
  expect(plan).toMatchObject({ allowed: false })
  expect(refusals(plan)).toEqual(['undo-place-taken'])
  await rename(folder.file('aside.qcow2'), file)
  await change(id, undoOf(job))
  expect(await services.row(id)).toMatchObject({ path: file, virtualSize: 8 * 2 ** 20 })
})

it('names that are nearly too long have room in the Trash', async () => {
  const names = [`${'é'.repeat(124)}x.qcow2`, `${'é'.repeat(124)}y.qcow2`]
  const jobs: Job[] = []
  for (const name of names) jobs.push(await change((await anImage(name)).id, trash))
  for (const job of jobs) await change(job.imageId, undoOf(job))
  expect(names.map((name) => existsSync(folder.file(name)))).toEqual([true, true])
})

it('a volume that has another number since it was mounted gives back what its Trash holds', async () => {
  const { id, file } = await anImage('mounted.qcow2')
  const job = await change(id, trash)
  const db = new Database(databaseFile(home.file('data')))
  db.prepare(
    `UPDATE undos SET record = json_replace(record, '$.identity', '7777:' ||
       substr(record ->> '$.identity', instr(record ->> '$.identity', ':') + 1)) WHERE job_id = ?`,
  ).run(Number(job.id))
  db.close()
  await change(id, undoOf(job))
  expect(existsSync(file)).toBe(true)
})

it('an image leaves the library and comes back, and a scan does not bring it back before', async () => {
  const { id, file } = await anImage('shown.qcow2')
  const { folderId } = await services.client['library.addFolder']({ path: folder.path })
  const job = await change(id, remove)
  expect(job).toMatchObject({ undo: 'possible' })
  await services.client['library.refresh']({})
  expect(await services.row(id)).toBeUndefined()
  expect(existsSync(file)).toBe(true)
  await change(id, undoOf(job))
  expect(await services.row(id)).toMatchObject({ path: file })
  await services.client['library.removeFolder']({ folderId })
})

it('a later place is taken back first', async () => {
  const { id, file } = await anImage('first.qcow2')
  const renamed = await change(id, renameTo(folder.file('second.qcow2')))
  const again = await change(id, renameTo(folder.file('third.qcow2')))
  expect(await reasonOf(services.plan(id, undoOf(renamed)))).toBe('undo-later-first')
  const gone = await change(id, trash)
  expect(await reasonOf(services.plan(id, undoOf(again)))).toBe('undo-later-first')
  for (const job of [gone, again, renamed]) await change(id, undoOf(job))
  expect(existsSync(file)).toBe(true)
})

it('a file that somebody moved by hand is not looked for', async () => {
  const { id } = await anImage('before.qcow2')
  const job = await change(id, renameTo(folder.file('after.qcow2')))
  await rename(folder.file('after.qcow2'), folder.file('byhand.qcow2'))
  await services.add(folder.file('byhand.qcow2'))
  expect(refusals(await services.plan(id, undoOf(job)))).toEqual(['undo-not-there'])
})

it('changes of the image itself are taken back, and refused when it changed since', async () => {
  const { id, file } = await anImage('grown.qcow2')
  const before = await contentOf(file)
  const grown = await change(id, { kind: 'resize', parameters: { size: 16 * 2 ** 20 } })
  const taken = await change(id, { kind: 'snapshot', parameters: { action: 'create', name: 's' } })
  await change(id, undoOf(taken))
  const plan = await services.plan(id, undoOf(grown))
  expect(plan).toMatchObject({
    allowed: true,
    detail: { returns: 'A disk of 8 MiB.', change: { kind: 'grow' } },
  })
  await qemuIo(file, 'write -P 3 12M 64k')
  const refused = await services.plan(id, undoOf(grown))
  expect(refused.allowed).toBe(false)
  expect(refusals(refused)).toEqual(['undo-end-in-use'])
  await qemuIo(file, 'discard 12M 64k')
  await change(id, undoOf(grown))
  expect((await qemuCheck(file)).exitCode).toBe(0)
  expect(await contentOf(file)).toBe(before)
})

it('what was cut off and a snapshot that was deleted come back out of the store', async () => {
  const { id, file } = await anImage('kept.qcow2')
  await qemuIo(file, 'write -P 4 7M 64k')
  const before = await contentOf(file)
  const cut = await change(id, {
    kind: 'resize',
    parameters: { size: 4 * 2 ** 20, keepCut: true, ignoreDataLoss: true },
  })
  const { entries, keptBytes } = await services.client['undo.store']({})
  expect(entries.find(({ jobId }) => jobId === cut.id)?.keptBytes).toBeGreaterThan(0)
  expect(keptBytes).toBeGreaterThan(0)
  await change(id, undoOf(cut))
  expect((await qemuCheck(file)).exitCode).toBe(0)
  expect(await contentOf(file)).toBe(before)
  expect(existsSync(home.file('data', 'undo', cut.id))).toBe(false)

  await qemuImg('snapshot', '-c', 'past', file)
  await qemuIo(file, 'write -P 1 0 64k')
  await services.client['library.refresh']({ imageIds: [id] })
  const deleted = await change(id, {
    kind: 'snapshot',
    parameters: { action: 'delete', name: 'past', keep: true },
  })
  await change(id, undoOf(deleted))
  await qemuImg('snapshot', '-a', 'past', file)
  expect(await contentOf(file)).toBe(before)
})

it('what is purged is gone for good, and compacting needs no undo', async () => {
  const { id, file } = await anImage('purged.qcow2')
  await qemuIo(file, 'write -P 4 7M 64k')
  const cut = await change(id, {
    kind: 'resize',
    parameters: { size: 4 * 2 ** 20, keepCut: true, ignoreDataLoss: true },
  })
  await services.client['undo.purge']({ jobIds: [cut.id] })
  expect(await undoIn(cut.id)).toBe('no')
  expect(await reasonOf(services.plan(id, undoOf(cut)))).toBe('undo-let-go')
  await qemuIo(file, 'write -P 0 0 1M')
  await services.client['library.refresh']({ imageIds: [id] })
  const compacted = await change(id, { kind: 'compact', parameters: { mode: 'auto' } })
  expect(compacted.undo).toBe('not-needed')
  expect(await reasonOf(services.plan(id, undoOf(compacted)))).toBe('undo-not-needed')
})
