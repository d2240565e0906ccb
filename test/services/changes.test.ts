/** Changes as a window asks for them: planned, agreed to, done by a real worker, and looked at by qemu-img afterwards. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { RemoteError } from '../../ipc/remote-error.ts'
import type { ImageAction } from '../../ipc/schemas/action.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { ActionPlan } from '../../ipc/schemas/plan.ts'
import { gptDisk } from '../helpers/gpt-disk.ts'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { createQcow2, qemuCheck, qemuImg, qemuImgJson, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { openServices, type OpenServices } from './open-services.ts'

const gib = 2 ** 30
const mib = 2 ** 20

let folder: TempFolder
let services: OpenServices

// Threads that load the engine from its sources take seconds where much else runs.
vi.setConfig({ testTimeout: 60_000 })

beforeAll(async () => {
  folder = await tempFolder('changes')
  services = await openServices(folder)
})
afterAll(async () => {
  await services[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const virtualSizeOf = async (file: string): Promise<number> =>
  (await qemuImgJson<{ 'virtual-size': number }>('info', file))['virtual-size']

const snapshotNames = async (file: string): Promise<readonly string[]> =>
  (await qemuImgJson<{ snapshots?: readonly { name: string }[] }>('info', file)).snapshots?.map(
    ({ name }) => name,
  ) ?? []

const tones = ({ preflight }: ActionPlan): Readonly<Record<string, string>> =>
  Object.fromEntries(preflight.map(({ id, tone }) => [id, tone]))

interface Image {
  readonly id: number
  readonly file: string
}

/** An image of the library with `commands` of qemu-io done to it. */
async function anImage(name: string, size: string, ...commands: string[]): Promise<Image> {
  const file = folder.file(name)
  await createQcow2(file, size)
  if (commands.length > 0) await qemuIo(file, ...commands)
  const [id = 0] = await services.add(file)
  return { id, file }
}

/** Plans and does it; what it left must be clean. */
async function change({ id, file }: Image, request: ImageAction): Promise<Job> {
  const plan = await services.plan(id, request)
  expect(plan).toMatchObject({ allowed: true })
  const job = await services.run(id, request, plan.token)
  expect(job).toMatchObject({ state: 'succeeded' })
  expect((await qemuCheck(file)).exitCode).toBe(0)
  return job
}

describe('sizes', () => {
  test('a disk grows as it was planned, and the row shows it when the job has ended', async () => {
    const image = await anImage('grow.qcow2', '1G', 'write -P 7 0 3M')
    const request = { kind: 'resize', parameters: { size: 2 * gib } } as const
    const plan = await services.plan(image.id, request)
    expect(plan.detail).toMatchObject({ direction: 'grow', before: gib, after: 2 * gib })
    expect(tones(plan)).toEqual({
      use: 'good',
      writable: 'good',
      check: 'good',
      undo: 'good',
      time: 'good',
    })
    expect(await change(image, request)).toMatchObject({
      summary: 'Grew by 1 GiB',
      request: { kind: 'resize', parameters: { size: 2 * gib } },
      result: { kind: 'change', undo: { kind: 'grow', before: gib, after: 2 * gib } },
    })
    expect(await services.row(image.id)).toMatchObject({ virtualSize: 2 * gib })
    expect(await virtualSizeOf(image.file)).toBe(2 * gib)
  })

  test('a disk shrinks once somebody agreed to lose what is past its new end', async () => {
    const image = await anImage('shrink.qcow2', '64M', 'write -P 7 0 1M', 'write -P 8 40M 1M')
    const unasked = { kind: 'resize', parameters: { size: 32 * mib } } as const
    const plan = await services.plan(image.id, unasked)
    expect(plan).toMatchObject({
      allowed: false,
      detail: { direction: 'shrink', needsConsent: true, cut: { nonZeroBytes: mib } },
    })
    expect(await services.run(image.id, unasked, plan.token)).toMatchObject({
      state: 'failed',
      error: { reason: 'plan-consent-missing' },
    })
    expect(await virtualSizeOf(image.file)).toBe(64 * mib)
    const agreed = {
      kind: 'resize',
      parameters: { size: 32 * mib, ignoreDataLoss: true },
    } as const
    expect(await change(image, agreed)).toMatchObject({ summary: 'Shrank by 32 MiB' })
    expect(await virtualSizeOf(image.file)).toBe(32 * mib)
  })

  test('a disk shrinks without a loss where the undo store keeps what is cut off', async () => {
    const image = await anImage('keep.qcow2', '64M', 'write -P 7 0 1M', 'write -P 8 40M 1M')
    const request = { kind: 'resize', parameters: { size: 32 * mib, keepCut: true } } as const
    const plan = await services.plan(image.id, request)
    expect(plan.preflight).toContainEqual({
      id: 'undo',
      tone: 'good',
      undo: 'while-kept',
      keptBytes: mib,
    })
    const job = await change(image, request)
    const undo = job.result?.kind === 'change' ? job.result.undo : undefined
    expect(undo).toMatchObject({ kind: 'shrink', before: 64 * mib, after: 32 * mib })
    const kept = undo?.kind === 'shrink' ? undo.kept : ''
    expect((await stat(kept)).mode % 0o1000).toBe(0o600)
    await qemuIo(kept, 'read -P 8 40M 1M')
  })

  test("a partition table's copy goes to the new end with the disk, where that was asked for", async () => {
    const raw = folder.file('table.raw')
    await writeFile(raw, gptDisk({ sectors: 32_768, parts: [{ first: 2048, last: 8191 }] }))
    const file = folder.file('table.qcow2')
    await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', raw, file)
    const [id = 0] = await services.add(file)
    const resize = (moveGptBackup: boolean) =>
      ({ kind: 'resize', parameters: { size: 32 * mib, moveGptBackup } }) as const
    const end = 32 * mib - 512
    expect((await services.plan(id, resize(false))).detail).toMatchObject({ gptBackupMovesTo: end })
    await change({ id, file }, resize(true))
    expect(await services.client['images.disk']({ imageId: id })).toMatchObject({
      table: { kind: 'gpt', backupHeaderAt: end },
      partitions: [{ number: 1, start: mib, end: 4 * mib }],
    })
  })

  test('a disk that overlays stand on is not cut', async () => {
    const base = await anImage('base.qcow2', '64M', 'write -P 7 0 1M')
    const overlay = folder.file('overlay.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', 'base.qcow2', overlay)
    const [child = 0] = await services.add(overlay)
    const request = {
      kind: 'resize',
      parameters: { size: 32 * mib, ignoreDataLoss: true },
    } as const
    const plan = await services.plan(base.id, request)
    expect(plan.allowed).toBe(false)
    expect(plan.preflight).toContainEqual({
      id: 'children',
      tone: 'stop',
      effect: 'broken',
      children: [{ imageId: child, name: 'overlay.qcow2' }],
    })
    expect(await services.run(base.id, request, plan.token)).toMatchObject({
      state: 'failed',
      error: { reason: 'plan-overlays-depend' },
    })
    expect(await virtualSizeOf(base.file)).toBe(64 * mib)
    const growth = { kind: 'resize', parameters: { size: 128 * mib } } as const
    const overlays = [{ imageId: child, name: 'overlay.qcow2' }]
    const grown = await services.plan(base.id, growth)
    const stays = { id: 'children', tone: 'good', effect: 'size-stays', children: overlays }
    expect(grown.preflight).toContainEqual(stays)
    const compacted = await services.plan(base.id, {
      kind: 'compact',
      parameters: { mode: 'auto' },
    })
    const same = { id: 'children', tone: 'good', effect: 'none', children: overlays }
    expect(compacted.preflight).toContainEqual(same)
  })
})

describe('space', () => {
  const full = ['write -P 7 0 8M', 'write -P 0 8M 24M', 'write -P 9 32M 4M']

  test('figures come at once, then better ones, and a digest proves what was done', async () => {
    const image = await anImage('compact.qcow2', '256M', ...full)
    const request = { kind: 'compact', parameters: { mode: 'auto' } } as const
    const plans = await services.plans(image.id, request)
    const scans = plans.map(({ detail }) => (detail.kind === 'compact' ? detail.scan : ''))
    expect(scans).toEqual(['none', 'whole'])
    expect(new Set(plans.map(({ token }) => token)).size).toBe(1)
    const punch = { kind: 'compact', parameters: { mode: 'punch' } } as const
    // Another mode is planned from what was read already.
    expect(await services.plans(image.id, punch)).toMatchObject([{ detail: { scan: 'whole' } }])
    const row = await services.row(image.id)
    expect(row?.reclaimable).toMatchObject({ isExact: true, stale: false })
    expect(row?.reclaimable?.bytes).toBeGreaterThan(20 * mib)
    const shares: number[] = []
    const job = await services.run(image.id, request, plans[0]?.token, {
      onProgress: ({ share = -1 }) => void shares.push(share),
    })
    expect(job).toMatchObject({
      state: 'succeeded',
      // By guest range: the zeroes are stored no more.
      result: {
        pictures: {
          before: { totals: { data: 36 * mib, unallocated: 220 * mib } },
          after: { totals: { data: 12 * mib, unallocated: 244 * mib } },
        },
      },
    })
    const { summary, stale } = await services.client['images.allocation']({ imageId: image.id })
    expect(summary?.totals).toMatchObject({ data: 12 * mib })
    expect(stale).toBe(false)
    expect(job.fileAfter?.length).toBeLessThan((job.fileBefore?.length ?? 0) - 20 * mib)
    expect(shares).toEqual(shares.toSorted((one, other) => one - other))
    expect((await qemuCheck(image.file)).exitCode).toBe(0)
    expect(await services.row(image.id)).toMatchObject({
      contentSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      hashStale: false,
      health: 'healthy',
      healthStale: false,
      reclaimable: { bytes: 0, stale: false },
    })
  })

  test('one that is agreed to is not hindered by the better one that is still being made', async () => {
    const image = await anImage('early.qcow2', '2G', 'write -P 1 0 256M', 'discard 0 64M')
    const request = { kind: 'compact', parameters: { mode: 'in-place' } } as const
    const first = Promise.withResolvers<ActionPlan>()
    const shown = services.plans(image.id, request, { onPlan: first.resolve }).then(
      () => 'made',
      () => 'ended',
    )
    const { token } = await first.promise
    expect(await services.run(image.id, request, token)).toMatchObject({ state: 'succeeded' })
    expect(await shown).toBe('ended')
    expect((await qemuCheck(image.file)).exitCode).toBe(0)
  })

  test('another window that plans meanwhile is told, and stands in nobody’s way', async () => {
    const image = await anImage('two.qcow2', '2G', 'write -P 1 0 256M', 'discard 0 64M')
    const request = { kind: 'compact', parameters: { mode: 'in-place' } } as const
    const { token } = await services.plan(image.id, request)
    const others: string[] = []
    const other = async (): Promise<void> => {
      try {
        await services.otherClient['plans.action']({ imageId: image.id, request }, () => undefined)
        others.push('made')
      } catch (error) {
        others.push(error instanceof RemoteError ? error.data.reason : 'thrown')
      }
    }
    const before = other()
    let during: Promise<void> | undefined
    const job = await services.run(image.id, request, token, {
      onProgress: () => {
        during ??= other()
      },
    })
    expect(job).toMatchObject({ state: 'succeeded' })
    await Promise.all([before, during])
    expect(others).toEqual(['plan-overtaken', 'plan-overtaken'])
    await other()
    expect(others.at(-1)).toBe('made')
  })

  test('a new file takes the place of the old one, and the row stays', async () => {
    const image = await anImage('rewrite.qcow2', '256M', ...full)
    const before = await stat(image.file)
    const request = { kind: 'compact', parameters: { mode: 'rewrite', compress: 'zstd' } } as const
    await change(image, request)
    expect((await stat(image.file)).ino).not.toBe(before.ino)
    const row = await services.row(image.id)
    expect(row?.path).toBe(image.file)
    expect(row?.missingSince).toBeUndefined()
    expect(row?.fileLength).toBeLessThan(8 * mib)
    await qemuIo(image.file, 'read -P 7 0 8M', 'read -P 0 8M 24M', 'read -P 9 32M 4M')
  })

  test('where nothing is to be had nothing is done, and the job says so', async () => {
    const image = await anImage('tight.qcow2', '16M', 'write -P 7 0 1M')
    const request = { kind: 'compact', parameters: { mode: 'auto' } } as const
    const plan = await services.plan(image.id, request)
    expect(plan).toMatchObject({ allowed: false })
    expect(tones(plan)).not.toContain('stop')
    expect(await services.run(image.id, request, plan.token)).toMatchObject({
      state: 'succeeded',
      summary: 'Nothing to give back, so nothing was written',
    })
  })
})

describe('repair', () => {
  test('what is done was shown, can be taken back, and counts as a check', async () => {
    const file = folder.file('leaky.qcow2')
    await writeFile(file, new Qcow2Builder().data(0).leak().build().bytes)
    const [id = 0] = await services.add(file)
    const request = { kind: 'repair', parameters: { mode: 'all' } } as const
    const plan = await services.plan(id, request)
    expect(plan).toMatchObject({
      allowed: true,
      detail: { kind: 'repair', before: { leaks: 1 }, after: { health: 'healthy' } },
    })
    expect(tones(plan)).toMatchObject({ check: 'note', undo: 'good' })
    const job = await change({ id, file }, request)
    const facts = job.result?.kind === 'change' ? job.result.facts : []
    const copy = facts.find(({ label }) => label === 'Safety copy')
    expect(copy).toMatchObject({ text: `${file}.repair-undo-1` })
    expect(await services.row(id)).toMatchObject({ health: 'healthy', healthStale: false })
  })

  test('of a copy leaves the image alone, and the library has both', async () => {
    const file = folder.file('patient.qcow2')
    const { bytes } = new Qcow2Builder().data(0).leak().build()
    await writeFile(file, bytes)
    const [id = 0] = await services.add(file)
    const copyTo = folder.file('patient repaired.qcow2')
    const request = { kind: 'repair', parameters: { mode: 'all', copyTo } } as const
    const plan = await services.plan(id, request)
    expect(plan).toMatchObject({
      allowed: true,
      detail: { kind: 'repair', safetyCopyBytes: 0, copy: { path: copyTo } },
    })
    expect(plan.preflight).toContainEqual({
      id: 'undo',
      tone: 'good',
      undo: 'not-needed',
      because: { kind: 'original-stays' },
    })
    const job = await services.run(id, request, plan.token)
    expect(job).toMatchObject({
      state: 'succeeded',
      imagePath: file,
      undo: 'not-needed',
      summary: expect.stringContaining('in the copy patient repaired.qcow2'),
    })
    expect((await readFile(file)).equals(bytes)).toBe(true)
    expect((await qemuCheck(copyTo)).exitCode).toBe(0)
    const [copyId = 0] = await services.add(copyTo)
    expect(copyId).not.toBe(id)
    expect(await services.row(copyId)).toMatchObject({ health: 'healthy', healthStale: false })
    // The name is taken now, and the plan says so before anything is copied.
    const again = await services.plan(id, request)
    expect(again.preflight).toContainEqual(
      expect.objectContaining({
        id: 'refusal',
        error: expect.objectContaining({ reason: 'name-taken' }),
      }),
    )
  })

  test('puts a copy into no other folder, where its backing file would be another one', async () => {
    const file = folder.file('stays.qcow2')
    await writeFile(file, new Qcow2Builder().data(0).leak().build().bytes)
    const [id = 0] = await services.add(file)
    const copyTo = folder.file('images/elsewhere.qcow2')
    const parameters = { mode: 'all', copyTo } as const
    await expect(services.plan(id, { kind: 'repair', parameters })).rejects.toMatchObject({
      data: { kind: expect.stringMatching(/invalid-argument|not-found/) },
    })
  })
})

describe('why something cannot be undone', () => {
  const reasonOf = async (image: Image, request: ImageAction) => {
    const { preflight } = await services.plan(image.id, request)
    return preflight.find((line) => line.id === 'undo')
  }

  test('is said with what it would take', async () => {
    const image = await anImage('reasons.qcow2', '64M', 'write -P 7 0 1M', 'write -P 8 40M 1M')
    const size = 32 * mib
    expect(
      await reasonOf(image, { kind: 'resize', parameters: { size, ignoreDataLoss: true } }),
    ).toMatchObject({ undo: 'no', because: { kind: 'not-kept', bytes: mib } })
    await change(image, { kind: 'snapshot', parameters: { action: 'create', name: 'one' } })
    const gone = { action: 'delete', name: 'one' } as const
    expect(await reasonOf(image, { kind: 'snapshot', parameters: gone })).toMatchObject({
      undo: 'no',
      because: { kind: 'not-kept' },
    })
    const back = { action: 'apply', name: 'one' } as const
    expect(await reasonOf(image, { kind: 'snapshot', parameters: back })).toMatchObject({
      undo: 'no',
      because: { kind: 'present-state-goes' },
    })
    expect(await reasonOf(image, { kind: 'compact', parameters: { mode: 'auto' } })).toMatchObject({
      undo: 'not-needed',
      because: { kind: 'same-content' },
    })
  })
})

describe('snapshots', () => {
  test('are taken, gone back to, renamed and deleted, and the tree tells of it', async () => {
    const image = await anImage('tree.qcow2', '64M', 'write -P 1 0 1M')
    const act = (parameters: Extract<ImageAction, { kind: 'snapshot' }>['parameters']) =>
      change(image, { kind: 'snapshot', parameters })
    await act({ action: 'create', name: 'one' })
    await qemuIo(image.file, 'write -P 2 0 1M')
    await act({ action: 'create', name: 'two' })
    await qemuIo(image.file, 'write -P 3 0 1M')
    expect(await act({ action: 'apply', name: 'one', take: 'kept' })).toMatchObject({
      result: {
        undo: { kind: 'snapshot-apply', applied: { name: 'one' }, kept: { name: 'kept' } },
      },
    })
    await qemuIo(image.file, 'read -P 1 0 1M')
    await act({ action: 'create', name: 'three' })
    const { snapshots, currentParentId } = await services.client['images.snapshots']({
      imageId: image.id,
    })
    const nameOf = (wanted: string | undefined) => snapshots.find(({ id }) => id === wanted)?.name
    expect(snapshots.map(({ name, parentId }) => [name, nameOf(parentId)])).toEqual([
      ['one', undefined],
      ['two', 'one'],
      ['kept', 'two'],
      ['three', 'one'],
    ])
    expect(nameOf(currentParentId)).toBe('three')
    expect(snapshots[1]).toMatchObject({ vmStateSize: 0, diskSize: 64 * mib })
    expect(snapshots[1]?.exclusiveBytes).toBeGreaterThanOrEqual(mib)

    await act({ action: 'rename', name: 'two', newName: 'second' })
    const deletion = { kind: 'snapshot', parameters: { action: 'delete', name: 'second' } } as const
    const plan = await services.plan(image.id, deletion)
    expect(plan.preflight).toContainEqual({ id: 'snapshots', tone: 'note', count: 4, lost: 1 })
    expect(plan.detail).toMatchObject({ action: 'delete', letsGoBytes: expect.any(Number) })
    await change(image, deletion)
    expect(await snapshotNames(image.file)).toEqual(['one', 'kept', 'three'])
    expect(await services.row(image.id)).toMatchObject({ snapshotCount: 3 })
  })

  test('one that is deleted is kept where the undo store has room for it', async () => {
    const image = await anImage('kept-snapshot.qcow2', '16M', 'write -P 1 0 1M')
    await qemuImg('snapshot', '-c', 'one', image.file)
    await qemuIo(image.file, 'write -P 2 0 1M')
    const request = {
      kind: 'snapshot',
      parameters: { action: 'delete', name: 'one', keep: true },
    } as const
    const plan = await services.plan(image.id, request)
    expect(plan.preflight).toContainEqual(
      expect.objectContaining({ id: 'undo', tone: 'good', undo: 'while-kept' }),
    )
    const job = await change(image, request)
    const undo = job.result?.kind === 'change' ? job.result.undo : undefined
    expect(undo).toMatchObject({ kind: 'snapshot-delete', snapshot: { name: 'one' } })
    const kept = undo?.kind === 'snapshot-delete' ? undo.kept : ''
    expect((await stat(kept)).size).toBeGreaterThan(mib)
    expect(await snapshotNames(image.file)).toEqual([])
  })

  test('a name that is taken and a snapshot that is not there are told before', async () => {
    const image = await anImage('names.qcow2', '16M')
    await qemuImg('snapshot', '-c', 'one', image.file)
    const twice = { kind: 'snapshot', parameters: { action: 'create', name: 'one' } } as const
    const plan = await services.plan(image.id, twice)
    expect(plan).toMatchObject({ allowed: false })
    expect(plan.preflight).toContainEqual(
      expect.objectContaining({
        id: 'refusal',
        error: expect.objectContaining({ reason: 'snapshot-exists' }),
      }),
    )
    const gone = { kind: 'snapshot', parameters: { action: 'delete', name: 'no' } } as const
    await expect(services.plan(image.id, gone)).rejects.toMatchObject({
      data: { reason: 'snapshot-missing' },
    })
  })
})

test('another backing file is named in the header, and the row knows its new parent', async () => {
  const first = await anImage('first.qcow2', '16M', 'write -P 1 0 1M')
  const second = await anImage('second.qcow2', '16M', 'write -P 2 0 1M')
  const file = folder.file('child.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', 'first.qcow2', file)
  const [id = 0] = await services.add(file)
  expect(await services.row(id)).toMatchObject({ parentId: first.id })
  const request = {
    kind: 'relink',
    parameters: { backing: 'second.qcow2', backingFormat: 'qcow2' },
  } as const
  const plan = await services.plan(id, request)
  expect(plan.detail).toMatchObject({
    before: { backing: 'first.qcow2' },
    after: { backing: 'second.qcow2', backingFormat: 'qcow2' },
    warnings: [expect.any(String)],
  })
  await change({ id, file }, request)
  await qemuIo(file, 'read -P 2 0 1M')
  expect(await services.row(id)).toMatchObject({ parentId: second.id })
})

describe('what a window asks of an image', () => {
  test('the disk as its guest lays it out', async () => {
    const image = await anImage('layout.qcow2', '64M')
    expect(await services.client['images.disk']({ imageId: image.id })).toMatchObject({
      virtualSize: 64 * mib,
      partitions: [],
    })
  })

  test('a checksum file beside the image, as sha256sum writes it, and never over another', async () => {
    const image = await anImage('sum.qcow2', '16M', 'write -P 5 0 1M')
    const { jobIds } = await services.client['jobs.start']({
      request: { kind: 'hash', algorithm: 'sha256', target: 'file' },
      imageIds: [image.id],
    })
    const job = await services.ended(jobIds[0] ?? '')
    const saved = { imageId: image.id, jobId: job.id }
    const { path } = await services.client['images.saveChecksum'](saved)
    expect(path).toBe(`${image.file}.sha256`)
    const digest = job.result?.kind === 'hash' ? job.result.hash.digest : ''
    expect(await readFile(path, 'utf8')).toBe(`${digest}  sum.qcow2\n`)
    await expect(services.client['images.saveChecksum'](saved)).rejects.toMatchObject({
      data: { reason: 'file-exists' },
    })
    await qemuIo(image.file, 'write -P 6 0 1M')
    await expect(services.client['images.saveChecksum'](saved)).rejects.toMatchObject({
      data: { reason: 'file-changed' },
    })
  })
})
