import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createEngine, ImageError } from '../../core/index.ts'
import { connect } from '../../ipc/connect.ts'
import { contract } from '../../ipc/contract.ts'
import { serve } from '../../ipc/serve.ts'
import type { BatchCounters, Job, JobEvent } from '../../ipc/schemas/job.ts'
import type { LibraryEvent, LibraryRow } from '../../ipc/schemas/library.ts'
import { openRecords } from '../../main/headless.ts'
import { serveErrors } from '../../main/serve-errors.ts'
import { createServices, type Services } from '../../main/services.ts'
import { inMemoryPair } from '../ipc/in-memory-pair.ts'
import { runTool } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { engineWorker, scanWorker } from './built-workers.ts'
import { testShell } from './test-shell.ts'

const startServices = (folder: TempFolder, shell = testShell()): Promise<Services> =>
  createServices({
    shell,
    actor: 'web',
    appVersion: '1.2.3',
    engineWorkerUrl: engineWorker,
    scanWorkerUrl: scanWorker,
    dataFolder: folder.file('data'),
    logFolder: folder.file('logs'),
  })

/** A defect of ours fails the call that met it and, so that no test overlooks it, the run. */
function onDefect(procedure: string, thrown: unknown): void {
  queueMicrotask(() => {
    throw new Error(`a defect in ${procedure}`, { cause: thrown })
  })
}

/** A window: every call goes through the contract, parsed on both ends. */
function openWindow({ handlers }: Services) {
  const { window, services: service } = inMemoryPair()
  serve(contract, handlers, service, {
    errors: serveErrors,
    onDefect,
  })
  return { client: connect(contract, window), close: () => window.close() }
}
type Window = ReturnType<typeof openWindow>

/** Follows the library until `fits`, applying events as a window does. */
async function watchLibrary(
  { client }: Window,
  fits: (rows: readonly LibraryRow[]) => boolean,
): Promise<readonly LibraryRow[]> {
  const rows = new Map<number, LibraryRow>()
  const stop = new AbortController()
  const apply = (event: LibraryEvent): void => {
    if (event.type === 'rows') for (const row of event.rows) rows.set(row.id, row)
    if (event.type === 'removed') for (const id of event.ids) rows.delete(id)
    if (fits([...rows.values()])) stop.abort()
  }
  await client['library.watch']({}, apply, { signal: stop.signal }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  return [...rows.values()].toSorted((a, b) => a.name.localeCompare(b.name))
}

/** Follows the jobs until `fits` an event. */
async function watchJobs(
  { client }: Window,
  fits: (event: JobEvent) => boolean,
  onReady: () => void,
): Promise<void> {
  const stop = new AbortController()
  const apply = (event: JobEvent): void => {
    if (event.type === 'snapshot') onReady()
    if (fits(event)) stop.abort()
  }
  await client['jobs.watch']({}, apply, { signal: stop.signal }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
}

async function runJobs(
  window: Window,
  input: Parameters<Window['client']['jobs.start']>[0],
): Promise<readonly Job[]> {
  const ended = new Map<string, Job>()
  const wanted: string[] = []
  const isDone = (): boolean => wanted.length > 0 && wanted.every((id) => ended.has(id))
  const ready = Promise.withResolvers<void>()
  const watching = watchJobs(
    window,
    (event) => {
      if (event.type === 'jobs') {
        for (const job of event.jobs) if (job.endedAt !== undefined) ended.set(job.id, job)
      }
      return isDone()
    },
    ready.resolve,
  )
  await ready.promise
  const { jobIds } = await window.client['jobs.start'](input)
  wanted.push(...jobIds)
  if (!isDone()) await watching
  return jobIds.flatMap((id) => ended.get(id) ?? [])
}

async function qemuImg(...args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await runTool('qemu-img', args)
  if (exitCode !== 0) throw new Error(stderr)
}

/** A folder as people have them: an overlay with its base, a raw disk, something broken. */
async function vmFolder(folder: TempFolder): Promise<string> {
  const vm = folder.file('vm')
  await mkdir(vm)
  const content = Buffer.alloc(3 * 1024 * 1024)
  for (let at = 0; at < content.length; at += 4096) content.writeUInt32LE(at + 1, at)
  await writeFile(folder.file('vm', 'disk.raw'), content)
  await qemuImg('convert', '-O', 'qcow2', `${vm}/disk.raw`, `${vm}/base.qcow2`)
  await qemuImg(
    'create',
    '-q',
    '-f',
    'qcow2',
    '-b',
    'base.qcow2',
    '-F',
    'qcow2',
    `${vm}/over.qcow2`,
  )
  await writeFile(folder.file('vm', 'broken.qcow2'), 'QFI\u00fb and no more')
  return vm
}

describe('the services', () => {
  test('show a folder, check all of it, write the report, and remember it after a restart', async () => {
    await using folder = await tempFolder()
    const vm = await vmFolder(folder)
    const before = await stat(`${vm}/base.qcow2`)
    let batchId = ''
    {
      const saved = folder.file('found')
      const shown: string[] = []
      const services = await startServices(folder, {
        ...testShell(),
        chooseNewFile: () => Promise.resolve(saved),
        showInFolder: (path) => void shown.push(path),
      })
      const window = openWindow(services)
      const { folderId } = await window.client['library.addFolder']({ path: vm })
      const rows = await watchLibrary(window, ({ length }) => length === 4)
      expect(rows.map(({ name, health }) => [name, health])).toEqual([
        ['base.qcow2', 'not-checked'],
        ['broken.qcow2', 'cannot-read'],
        ['disk.raw', 'not-checked'],
        ['over.qcow2', 'not-checked'],
      ])
      expect(rows.every((row) => row.folderId === folderId)).toBe(true)
      expect(rows[3]?.backing).toMatchObject({ name: 'base.qcow2', state: 'present' })

      const imageIds = rows.map(({ id }) => id)
      const jobs = await runJobs(window, { request: { kind: 'check' }, imageIds, batchTitle: vm })
      expect(jobs.map(({ imageName, state, summary }) => [imageName, state, summary])).toEqual([
        ['base.qcow2', 'succeeded', 'No problems found'],
        ['broken.qcow2', 'failed', expect.any(String)],
        ['over.qcow2', 'succeeded', 'No problems found'],
      ])
      batchId = jobs[0]?.batchId ?? ''
      const report = await window.client['jobs.report']({ batchId, format: 'json' })
      expect(JSON.parse(report.text)).toBeTypeOf('object')
      const { client } = window
      const json = `${saved}.json`
      expect(await client['shell.saveReport']({ batchId, format: 'json' })).toEqual({ path: json })
      expect(await readFile(json, 'utf8')).toBe(report.text)
      // Nobody was asked about the name with its extension.
      await expect(client['shell.saveReport']({ batchId, format: 'json' })).rejects.toMatchObject({
        data: { reason: 'file-exists' },
      })
      await client['shell.showInFolder']({ report: json })
      await client['shell.showInFolder']({ folderId })
      await expect(client['shell.showInFolder']({ report: '/etc/passwd' })).rejects.toMatchObject({
        data: { reason: 'unknown-id' },
      })
      expect(shown).toEqual([json, vm])
      const after = await watchLibrary(window, (seen) =>
        seen.some(({ health }) => health === 'healthy'),
      )
      expect(after[0]).toMatchObject({ health: 'healthy', healthStale: false })
      window.close()
      await services.close()
    }
    const services = await startServices(folder)
    const window = openWindow(services)
    const rows = await watchLibrary(window, ({ length }) => length === 4)
    expect(rows[0]).toMatchObject({ name: 'base.qcow2', health: 'healthy' })
    const { jobs } = await window.client['history.page']({ limit: 10 })
    expect(jobs).toHaveLength(3)
    let batches: readonly BatchCounters[] = []
    await watchJobs(
      window,
      (event) => {
        if (event.type === 'snapshot') ({ batches } = event)
        return true
      },
      () => undefined,
    )
    expect(batches).toMatchObject([
      { id: batchId, total: 3, done: 3, ok: 2, unreadable: 1, skipped: 1 },
    ])
    window.close()
    await services.close()

    const now = await stat(`${vm}/base.qcow2`)
    expect([now.mtimeMs, now.size]).toEqual([before.mtimeMs, before.size])
    const log = await readFile(folder.file('logs', 'platter.log'), 'utf8')
    const ended = log
      .split('\n')
      .filter((line) => line.includes('"job ended"'))
      .map((line): unknown => JSON.parse(line))
    expect(ended).toHaveLength(3)
    for (const line of ended) expect(line).toMatchObject({ job: expect.any(String), kind: 'check' })
  })

  test('answer info, map and hash of a chain, and the same digest for the raw disk', async () => {
    await using folder = await tempFolder()
    const vm = await vmFolder(folder)
    const services = await startServices(folder)
    const window = openWindow(services)
    const { client } = window
    const { imageIds } = await client['library.addFiles']({
      paths: [`${vm}/over.qcow2`, `${vm}/disk.raw`],
    })
    const [over = 0] = imageIds
    const info = await client['images.info']({ imageId: over, withClusters: true })
    expect(info.chain.map(({ state }) => state)).toEqual(['open', 'open'])
    expect(await client['images.allocation']({ imageId: over })).toEqual({ stale: false })

    const [mapped] = await runJobs(window, { request: { kind: 'map' }, imageIds: [over] })
    expect(mapped).toMatchObject({ state: 'succeeded', summary: expect.stringContaining('3 MiB') })
    const { summary } = await client['images.allocation']({ imageId: over })
    expect(summary?.totals.backing ?? 0).toBeGreaterThan(0)
    const page = await client['images.extents']({ imageId: over, from: 0, limit: 1 })
    expect(page.extents[0]).toMatchObject({ start: 0, depth: 1, data: true })

    const hashed = await runJobs(window, { request: { kind: 'hash' }, imageIds: [...imageIds] })
    const digests = hashed.map(({ result }) => result?.kind === 'hash' && result.hash.digest)
    expect(new Set(digests).size).toBe(1)
    window.close()
    await services.close()
  })

  test('mark an image whose backing file lies elsewhere until it is trusted', async () => {
    await using folder = await tempFolder()
    const vm = await vmFolder(folder)
    await mkdir(folder.file('apart'))
    const overlay = folder.file('apart', 'over.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', `${vm}/base.qcow2`, '-F', 'qcow2', overlay)
    const services = await startServices(folder)
    const window = openWindow(services)
    const { client } = window
    const { imageIds } = await client['library.addFiles']({ paths: [overlay] })
    const [imageId = 0] = imageIds
    const [row] = await watchLibrary(window, ({ length }) => length === 1)
    expect(row?.health).toBe('untrusted-links')
    const [refused] = await runJobs(window, { request: { kind: 'hash' }, imageIds })
    expect(refused).toMatchObject({ state: 'failed', error: { reason: 'link-refused' } })

    await client['library.setLinksTrusted']({ imageId, trusted: true })
    const [trusted] = await watchLibrary(window, ([first]) => first?.linksTrusted === true)
    expect(trusted?.health).toBe('not-checked')
    const [hashed] = await runJobs(window, { request: { kind: 'hash' }, imageIds })
    expect(hashed?.state).toBe('succeeded')

    await client['settings.set']({ links: 'deny' })
    const [denied] = await runJobs(window, { request: { kind: 'hash' }, imageIds })
    expect(denied?.state).toBe('failed')
    window.close()
    await services.close()
  })

  test('cancel a long hash when the window asks for it', async () => {
    await using folder = await tempFolder()
    const file = folder.file('big.raw')
    await qemuImg('create', '-q', '-f', 'raw', '-o', 'preallocation=full', file, '1G')
    const services = await startServices(folder)
    const window = openWindow(services)
    const { imageIds } = await window.client['library.addFiles']({ paths: [file] })
    const seen: string[] = []
    let jobId = ''
    const ready = Promise.withResolvers<void>()
    const watching = watchJobs(
      window,
      (event) => {
        if (event.type === 'progress' && !seen.includes('progress')) {
          seen.push('progress')
          void window.client['jobs.cancel']({ jobId })
        }
        if (event.type !== 'jobs') return false
        const state = event.jobs.find(({ id }) => id === jobId)?.state
        if (state !== undefined) seen.push(state)
        return state === 'cancelled' || state === 'succeeded'
      },
      ready.resolve,
    )
    await ready.promise
    const started = await window.client['jobs.start']({ request: { kind: 'hash' }, imageIds })
    jobId = started.jobIds[0] ?? ''
    await watching
    expect(seen).toContain('progress')
    expect(seen.at(-1)).toBe('cancelled')
    window.close()
    await services.close()
  })

  test('refuse a second start on the same data, and unknown ids, in words', async () => {
    await using folder = await tempFolder()
    const services = await startServices(folder)
    await expect(startServices(folder)).rejects.toMatchObject({ reason: 'already-running' })
    const window = openWindow(services)
    const { client } = window
    await expect(client['images.info']({ imageId: 7 })).rejects.toMatchObject({ kind: 'not-found' })
    await expect(client['jobs.get']({ jobId: 'x' })).rejects.toMatchObject({ kind: 'not-found' })
    await expect(client['jobs.report']({ batchId: '1', format: 'csv' })).rejects.toMatchObject({
      kind: 'not-found',
    })
    await expect(client['library.addFolder']({ path: folder.file('none') })).rejects.toMatchObject({
      kind: 'not-found',
    })
    window.close()
    await services.close()
  })

  test('tell what they are, keep settings, and say when a damaged database was moved aside', async () => {
    await using folder = await tempFolder()
    await mkdir(folder.file('data'))
    await writeFile(folder.file('data', 'platter.db'), 'this is no database'.repeat(100))
    const shell = testShell()
    const services = await startServices(folder, shell)
    const window = openWindow(services)
    const info = await window.client['app.info']({})
    expect(info).toMatchObject({ version: '1.2.3', host: 'web', dataFolder: folder.file('data') })
    expect(info.notices).toMatchObject([
      { id: 'database-damaged', detail: expect.stringContaining('platter.db.damaged-') },
    ])
    await window.client['settings.set']({ theme: 'dark' })
    expect(shell.themes).toEqual(['system', 'dark'])
    window.close()
    await services.close()
    expect(await readFile(folder.file('data', 'settings.json'), 'utf8')).toContain('"dark"')
  })
})

test('work of the command line joins the history, and the row learns from it', async () => {
  await using folder = await tempFolder()
  const vm = await vmFolder(folder)
  const file = `${vm}/base.qcow2`
  const engine = createEngine()
  const services = await startServices(folder)
  const { imageIds } = await services.openPaths([file])
  {
    using records = openRecords(folder.file('data'))
    const common = {
      header: await engine.summarizeHeader(file),
      engineVersion: engine.version,
      startedAt: 1_000,
      endedAt: 2_000,
    }
    const error = new ImageError('file-forbidden', { path: file, errno: 'EACCES' }).toJSON()
    const added = records.add([
      {
        ...common,
        request: { kind: 'check', depth: 'metadata' },
        outcome: { kind: 'check', result: await engine.checkImage(file) },
      },
      {
        ...common,
        request: { kind: 'hash', algorithm: 'sha256', target: 'content' },
        outcome: { kind: 'failed', error },
      },
    ])
    expect(added.map(({ state, actor }) => [state, actor])).toEqual([
      ['succeeded', 'cli'],
      ['failed', 'cli'],
    ])
    expect(records.page({ imagePath: file, limit: 10 }).jobs).toHaveLength(2)
    expect(records.page({ imagePath: '/nowhere', limit: 10 }).jobs).toEqual([])
    expect(records.open()).toEqual([])
  }
  const window = openWindow(services)
  const { jobs } = await window.client['history.page']({ limit: 10, imageId: imageIds[0] })
  expect(jobs).toHaveLength(2)
  window.close()
  await services.close()
  const again = await startServices(folder)
  const later = openWindow(again)
  const [row] = await watchLibrary(later, ({ length }) => length === 1)
  expect(row).toMatchObject({ health: 'healthy', lastCheckAt: 2_000 })
  later.close()
  await again.close()
})

test('changes of the command line are told with their parameters and the file before and after', async () => {
  await using folder = await tempFolder()
  const vm = await vmFolder(folder)
  const file = `${vm}/base.qcow2`
  const header = await createEngine().summarizeHeader(file)
  const after = { ...header, fileLength: header.fileLength * 2, allocatedBytes: undefined }
  const services = await startServices(folder)
  const { imageIds } = await services.openPaths([file])
  const request = { kind: 'resize', parameters: { size: 1024, dryRun: false } } as const
  const common = { header, after, request, engineVersion: '0.1.0', startedAt: 1_000 }
  const cancelled = new ImageError('cancelled', { path: file }).toJSON()
  {
    using records = openRecords(folder.file('data'))
    records.add([
      {
        ...common,
        outcome: {
          kind: 'change',
          change: { summary: 'Twice as long', facts: [{ label: 'Cut off', bytes: 7 }] },
        },
        endedAt: 2_000,
      },
      { ...common, isNew: true, outcome: { kind: 'cancelled', error: cancelled }, endedAt: 1_500 },
    ])
  }
  const window = openWindow(services)
  const ask = { limit: 10, imageId: imageIds[0], kinds: ['resize' as const] }
  const { jobs } = await window.client['history.page'](ask)
  const length = header.fileLength
  expect(jobs).toMatchObject([
    {
      request,
      state: 'succeeded',
      summary: 'Twice as long',
      result: { kind: 'change', facts: [{ label: 'Cut off', bytes: 7 }] },
      fileBefore: { length, onDisk: header.allocatedBytes },
      fileAfter: { length: 2 * length, onDisk: 2 * length },
    },
    { request, state: 'cancelled', summary: cancelled.explanation.safety },
  ])
  expect(jobs[1]).not.toHaveProperty('fileBefore')
  // The services do not carry out what only the command line offers.
  const start = window.client['jobs.start']({ request, imageIds: [...imageIds] })
  await expect(start).rejects.toMatchObject({ data: { reason: 'invalid-argument' } })
  window.close()
  await services.close()
})
