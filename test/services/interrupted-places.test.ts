/** Processes that are killed while an image gets another place, and the start after that. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { appendFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { ImageAction } from '../../ipc/schemas/action.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import { folderOnOtherVolume, hasOneVolume } from '../helpers/other-volume.ts'
import { createQcow2, qemuCheck, qemuImg, qemuImgJson, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import type { KilledWork } from './workers/kill-point.ts'
import { openServices, type OpenServices } from './open-services.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const program = fileURLToPath(new URL('./killed-work.ts', import.meta.url))

interface Case {
  readonly name: string
  /** How many images stand on it. */
  readonly overlays?: number
  readonly kind: 'rename' | 'move' | 'trash'
  readonly undo?: boolean
  readonly after: { readonly action: string; readonly file?: string; readonly to?: string }
  /** What somebody does before the next start. */
  readonly meanwhile?: (names: { readonly from: string; readonly to: string }) => Promise<void>
  readonly end: 'finished' | 'taken-back' | 'two-files'
}

const cases: readonly Case[] = [
  {
    name: 'held',
    kind: 'rename',
    overlays: 1,
    after: { action: 'hold-writing', file: 'held.qcow2' },
    end: 'taken-back',
  },
  {
    name: 'linked',
    kind: 'rename',
    overlays: 2,
    after: { action: 'add-name' },
    end: 'finished',
  },
  {
    name: 'half-told',
    kind: 'rename',
    overlays: 2,
    after: { action: 'hold-writing', file: 'half-told.2.qcow2' },
    end: 'finished',
  },
  {
    name: 'unlinked',
    kind: 'rename',
    overlays: 1,
    after: { action: 'remove', file: 'unlinked.qcow2' },
    end: 'finished',
  },
  { name: 'renamed', kind: 'rename', after: { action: 'rename' }, end: 'finished' },
  { name: 'trashed', kind: 'trash', after: { action: 'rename' }, end: 'finished' },
  {
    name: 'not-trashed',
    kind: 'trash',
    after: { action: 'hold-writing' },
    end: 'taken-back',
  },
  {
    name: 'back-again',
    kind: 'rename',
    undo: true,
    after: { action: 'rename', to: '/back-again.qcow2' },
    end: 'finished',
  },
  {
    name: 'out-of-trash',
    kind: 'trash',
    undo: true,
    after: { action: 'rename', file: '/files/out-of-trash.qcow2' },
    end: 'finished',
  },
]

const onTwoVolumes: readonly Case[] = [
  { name: 'half-copied', kind: 'move', after: { action: 'truncate' }, end: 'taken-back' },
  {
    name: 'copied',
    kind: 'move',
    overlays: 1,
    after: { action: 'rename' },
    end: 'finished',
  },
  {
    name: 'written-since',
    kind: 'move',
    after: { action: 'rename' },
    meanwhile: ({ from }) => appendFile(from, 'written by somebody'),
    end: 'two-files',
  },
]

let home: TempFolder
let folder: TempFolder
let elsewhere: TempFolder
let services: OpenServices
const jobs = new Map<string, Job>()

const nameOf = (name: string): string => `${name}.qcow2`
const oldPlace = ({ name }: Case): string => folder.file(nameOf(name))
const overlaysOf = ({ name, overlays = 0 }: Case): string[] =>
  Array.from({ length: overlays }, (_, index) => folder.file(`${name}.${index + 1}.qcow2`))

function requestOf({ name, kind }: Case): ImageAction {
  if (kind === 'trash') return { kind, parameters: {} }
  const to = kind === 'rename' ? folder.file(`new-${name}.qcow2`) : elsewhere.file(nameOf(name))
  return { kind, parameters: { path: to } }
}

function newPlace(each: Case): string {
  const request = requestOf(each)
  return (request.kind === 'rename' || request.kind === 'move') && 'path' in request.parameters
    ? request.parameters.path
    : home.file('share', 'Trash', 'files', nameOf(each.name))
}

/** Where the file is at last, when the work came to its end. */
const goal = (each: Case): string => (each.undo === true ? oldPlace(each) : newPlace(each))

async function killDuring(each: Case): Promise<void> {
  const image = oldPlace(each)
  await createQcow2(image, '4M')
  await qemuIo(image, 'write -P 7 0 1M')
  for (const overlay of overlaysOf(each)) {
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', image, '-F', 'qcow2', overlay)
  }
  const work: KilledWork = {
    data: home.file('data'),
    share: home.file('share'),
    image,
    overlays: overlaysOf(each),
    request: requestOf(each),
    undo: each.undo === true,
  }
  const child = spawn(process.execPath, [program, JSON.stringify(work)], {
    env: { ...process.env, KILL_AFTER: JSON.stringify(each.after) },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  expect({ name: each.name, signal }).toEqual({ name: each.name, signal: 'SIGKILL' })
  await each.meanwhile?.({ from: image, to: newPlace(each) })
}

function undoneBy({ request }: Job): Promise<Job> {
  const { id } = 'parameters' in request ? request.parameters : {}
  return services.client['jobs.get']({ jobId: String(id) })
}

const all = hasOneVolume ? cases : [...cases, ...onTwoVolumes]

beforeAll(async () => {
  home = await tempFolder('cut-off-home')
  folder = await tempFolder('cut-off')
  elsewhere = hasOneVolume ? await tempFolder('cut-off-other') : await folderOnOtherVolume()
  // One after the other on one history: a start without a follow-up must leave what it finds for a later one.
  for (const each of all) await killDuring(each)
  vi.stubEnv('XDG_DATA_HOME', home.file('share'))
  services = await openServices(home)
  const settled = async (): Promise<void> => {
    const { jobs: history } = await services.client['history.page']({ limit: 100 })
    jobs.clear()
    for (const job of history) jobs.set(keyOf(job), job)
    for (const each of all) expect(cutOff(each).summary).toMatch(/cut off/)
  }
  await vi.waitFor(settled, { timeout: 60_000 })
})
afterAll(async () => {
  await services[Symbol.asyncDispose]()
  vi.unstubAllEnvs()
  await Promise.all([home, folder, elsewhere].map((each) => each[Symbol.asyncDispose]()))
})

/** Each image's file has a number of its own; the newest job of it is the one that was cut off. */
const keyOf = ({ imageId, id }: Job): string => `${imageId} ${id}`

function cutOff(each: Case): Job {
  const names = new Set([path.basename(oldPlace(each)), path.basename(newPlace(each))])
  const own = Array.from(jobs.values()).filter(({ imageName }) => names.has(imageName))
  const newest = own.toSorted((one, other) => Number(other.id) - Number(one.id))[0]
  if (newest === undefined) throw new Error(`no job of ${each.name}`)
  return newest
}

it.each(all.filter(({ end }) => end === 'finished'))(
  'cut off after "$name", the work is finished at the next start, and says so',
  async (each) => {
    const job = cutOff(each)
    expect(job).toMatchObject({ state: 'succeeded' })
    const [old, now] =
      each.undo === true ? [newPlace(each), oldPlace(each)] : [oldPlace(each), newPlace(each)]
    expect({ old: existsSync(old), now: existsSync(now) }).toEqual({ old: false, now: true })
    expect(goal(each)).toBe(now)
    expect(await qemuCheck(now)).toMatchObject({ exitCode: 0 })
    for (const overlay of overlaysOf(each)) {
      const info = await qemuImgJson<{ 'full-backing-filename': string }>('info', overlay)
      expect(info['full-backing-filename']).toBe(now)
    }
    const isTrashed = each.kind === 'trash' && each.undo !== true
    const row = await services.row(job.imageId)
    expect(row?.path).toBe(isTrashed ? undefined : now)
    const done = each.undo === true ? await undoneBy(job) : job
    expect(done.undo).toBe(each.undo === true ? 'done' : 'possible')
  },
)

it.each(all.filter(({ end }) => end === 'taken-back'))(
  'cut off after "$name", everything is as before, and the history says so',
  async (each) => {
    const job = cutOff(each)
    expect(job).toMatchObject({ state: 'interrupted', canResume: true })
    expect(existsSync(newPlace(each))).toBe(false)
    expect(await qemuCheck(oldPlace(each))).toMatchObject({ exitCode: 0 })
    expect(await services.row(job.imageId)).toMatchObject({ path: oldPlace(each) })
    const beside = await readdir(path.dirname(newPlace(each))).catch(() => [])
    expect(beside.filter((name) => name.includes(each.name) && name.startsWith('.'))).toEqual([])
    const info = home.file('share', 'Trash', 'info', `${nameOf(each.name)}.trashinfo`)
    expect(existsSync(info)).toBe(false)
  },
)

it.runIf(!hasOneVolume)('neither of two files that differ is removed', async () => {
  const each = onTwoVolumes.find(({ end }) => end === 'two-files')
  if (each === undefined) throw new Error('no such case')
  expect(cutOff(each)).toMatchObject({ state: 'interrupted' })
  expect(cutOff(each).summary).toContain('another file is at')
  expect([existsSync(oldPlace(each)), existsSync(newPlace(each))]).toEqual([true, true])
})

it('what was finished late is taken back as ever', async () => {
  const [renamed, trashed] = ['renamed', 'trashed'].map((name) =>
    all.find((each) => each.name === name),
  )
  for (const each of [renamed, trashed]) {
    if (each === undefined) throw new Error('no such case')
    const { id, imageId } = cutOff(each)
    const request: ImageAction = { kind: 'undo', parameters: { id } }
    const { token } = await services.plan(imageId, request)
    expect(await services.run(imageId, request, token)).toMatchObject({ state: 'succeeded' })
    expect(existsSync(oldPlace(each))).toBe(true)
  }
})
