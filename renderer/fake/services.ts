/**
 * The whole contract over made-up data, in memory: for design work, screenshots and looking at states
 * that are rare on a real machine. Nothing of it ships; fake.html is its only entry.
 */
import type { Contract } from '../../ipc/contract.ts'
import { defaultSettings } from '../../ipc/default-settings.ts'
import type { Client } from '../../ipc/procedure.ts'
import { RemoteError } from '../../ipc/remote-error.ts'
import type { AppInfo, FolderEntry, Settings, ShellEvent } from '../../ipc/schemas/app.ts'
import type { JobEvent } from '../../ipc/schemas/job.ts'
import type { LibraryEvent, LibraryRow } from '../../ipc/schemas/library.ts'
import { createPlanOf } from './plan-create.ts'
import { madeUpDisk } from './disk.ts'
import { permissionDenied } from './made-up-errors.ts'
import { madeUpAllocation, madeUpExtents, madeUpInfo } from './image-details.ts'
import { isChange } from '../../ipc/schemas/change.ts'
import { madeUpBatch } from './plan-of-many.ts'
import { madeUpChange } from './changes.ts'
import { FakeJobs } from './jobs.ts'
import { madeUpComparison, madeUpLog } from './job-details.ts'
import { allKinds } from './all-kinds.ts'
import { madeUpLibrary } from './library.ts'
import { planAction } from './plans.ts'
import { notADisk, takenForRaw } from './raw-by-choice.ts'
import { madeUpSnapshots } from './snapshots.ts'
import { recordedRequestOf } from '../../ipc/schemas/recorded-request.ts'
import { recordedOf } from './recorded-of.ts'
import { standingJobs } from './standing-jobs.ts'
import { FakeUndoStore } from './undo-store.ts'
import { healthAfter } from './results.ts'

export interface FakeServicesOptions {
  /** Of a believable library; absent for one image of each kind. */
  readonly rowCount: number | undefined
  /** Work in every state, which never goes on. */
  readonly standingWork?: boolean
  /** Whatever is started fails. */
  readonly failing?: boolean
  readonly now: number
  readonly host: AppInfo['host']
  readonly settings: Partial<Settings>
  readonly notices: AppInfo['notices']
}

const rowsAtOnce = 500

export interface FakeServices {
  readonly client: Client<Contract>
  /** As if the shell around the window had said it. */
  readonly tell: (event: ShellEvent) => void
}

export function fakeServices(options: FakeServicesOptions): FakeServices {
  const library =
    options.rowCount === undefined
      ? allKinds(options.now)
      : madeUpLibrary(options.rowCount, options.now)
  const rows = new Map(library.rows.map((row) => [row.id, row]))
  let folders = options.rowCount === 0 ? [] : library.folders
  let settings: Settings = { ...defaultSettings, ...options.settings }
  const libraryListeners = new Set<(event: LibraryEvent) => void>()
  const jobListeners = new Set<(event: JobEvent) => void>()
  const shellListeners = new Set<(event: ShellEvent) => void>()
  const mapped = new Set<number>()
  const tellLibrary = (event: LibraryEvent): void => libraryListeners.forEach((tell) => tell(event))

  const rowOf = (id: number): LibraryRow => {
    const row = rows.get(id)
    if (row === undefined) throw new RemoteError(permissionDenied(`image ${id}`))
    return row
  }
  const changeRow = (row: LibraryRow): void => {
    rows.set(row.id, row)
    tellLibrary({ type: 'rows', rows: [row] })
  }
  const jobs = new FakeJobs({
    failing: options.failing === true,
    rowOf: (id) => rows.get(id),
    emit: (event) => jobListeners.forEach((tell) => tell(event)),
    onEnd: ({ imageId, request, result }) => {
      const row = rows.get(imageId)
      if (row === undefined || result === undefined) return
      if (isChange(request)) {
        const { row: changed } = madeUpChange(row, request, Date.now())
        if (changed === undefined) removeRows([imageId])
        else changeRow(changed)
      } else if (result.kind === 'map') mapped.add(imageId)
      else if (result.kind === 'hash')
        changeRow({ ...row, contentSha256: result.hash.digest, hashStale: false })
      else
        changeRow({ ...row, health: healthAfter(row), healthStale: false, lastCheckAt: Date.now() })
    },
  })
  jobs.remember(library.rows, options.now)
  if (options.standingWork === true) jobs.stand(standingJobs(library.rows, options.now))
  for (const { id, format } of library.rows) {
    if (id % 5 !== 0 && (format === 'qcow2' || format === 'raw')) mapped.add(id)
  }
  const undoStore = new FakeUndoStore(() => jobs.history())

  const addRows = (paths: readonly string[], folderId?: number): number[] => {
    const first = Math.max(0, ...rows.keys()) + 1
    const added = madeUpLibrary(paths.length, options.now).rows.map((row, index): LibraryRow => {
      const path = paths[index] ?? row.path
      const { folderId: _, ...single } = row
      return {
        ...single,
        id: first + index,
        name: path.slice(path.lastIndexOf('/') + 1),
        path,
        location: path.slice(0, path.lastIndexOf('/')),
        addedAt: Date.now(),
        ...(folderId !== undefined && { folderId }),
      }
    })
    for (const row of added) rows.set(row.id, row)
    tellLibrary({ type: 'rows', rows: added })
    return added.map(({ id }) => id)
  }
  const addFolder = (
    path: string,
    { recursive, watched }: { recursive: boolean; watched: boolean },
  ): number => {
    const id = Math.max(0, ...folders.map((folder) => folder.id)) + 1
    const names = Array.from(
      { length: 24 },
      (_, index) => `${path}/disk-${String(index + 1).padStart(2, '0')}.qcow2`,
    )
    folders = [
      ...folders,
      { id, path, recursive, watched, imageCount: names.length, scanning: false },
    ]
    addRows(names, id)
    tellLibrary({ type: 'folders', folders: [...folders] })
    return id
  }
  const removeRows = (ids: readonly number[]): void => {
    for (const id of ids) rows.delete(id)
    tellLibrary({ type: 'removed', ids: [...ids] })
  }

  const client: Client<Contract> = {
    'app.info': async () => ({
      host: options.host,
      version: '0.1.0',
      engineVersion: '0.1.0',
      nodeVersion: '24.21.0',
      sqliteVersion: '3.51.0',
      platform: 'linux-x64',
      capabilities: {
        openDialog: false,
        showInFolder: options.host === 'electron',
        nativeMenus: false,
        dropPaths: options.host === 'electron',
        dragOut: options.host === 'electron',
        imageWindows: options.host === 'electron',
        notifications: options.host === 'electron',
        trash: true,
      },
      notices: options.notices,
      logFolder: '/home/ada/.config/Platter/logs',
      dataFolder: '/home/ada/.local/share/Platter',
    }),
    'app.events': (_input, onEvent, call) => {
      shellListeners.add(onEvent)
      return untilAborted(call?.signal).finally(() => shellListeners.delete(onEvent))
    },
    'settings.get': async () => settings,
    'settings.set': async (change) => {
      settings = { ...settings, ...change } as Settings
      return settings
    },
    'settings.watch': (_input, _onEvent, call) => untilAborted(call?.signal),
    'window.view': async () => ({}),
    'window.keepView': async () => ({}),
    'library.watch': (_input, onEvent, call) => {
      onEvent({ type: 'snapshot', folders: [...folders], rowCount: rows.size })
      const all = [...rows.values()]
      for (let from = 0; from < all.length; from += rowsAtOnce) {
        onEvent({ type: 'rows', rows: all.slice(from, from + rowsAtOnce) })
      }
      libraryListeners.add(onEvent)
      return untilAborted(call?.signal).finally(() => libraryListeners.delete(onEvent))
    },
    'library.addFolder': async ({ path, recursive = true, watched = true }) => ({
      folderId: addFolder(path, { recursive, watched }),
    }),
    'library.addFiles': async ({ paths }) => ({ imageIds: addRows(paths) }),
    'library.removeFolder': async ({ folderId }) => {
      removeRows([...rows.values()].filter((row) => row.folderId === folderId).map(({ id }) => id))
      folders = folders.filter(({ id }) => id !== folderId)
      tellLibrary({ type: 'folders', folders: [...folders] })
      return {}
    },
    'library.removeImages': async ({ imageIds }) => {
      removeRows(imageIds)
      return {}
    },
    'library.refresh': async () => ({}),
    'library.vmPlaces': async () => ({
      places: [
        { source: 'libvirt', path: '/etc/libvirt/qemu', vms: 9, unread: [] },
        { source: 'quickemu', path: '/home/ada/VMs', vms: 2, unread: [] },
        {
          source: 'libvirt',
          path: '/var/lib/libvirt/qemu/snapshot',
          vms: 0,
          unread: [{ path: '/var/lib/libvirt/qemu/snapshot', errno: 'EACCES' }],
        },
      ],
    }),
    'library.candidates': async ({ imageId }) => ({
      candidates: [...rows.values()]
        .filter(({ id, missingSince }) => id !== imageId && missingSince === undefined)
        .slice(0, 3)
        .map(({ id }, index) => ({
          imageId: id,
          signs: index === 0 ? ['same-start', 'same-size'] : ['same-size'],
        })),
    }),
    'library.foundAt': async ({ imageId, path, anyway = false }) => {
      const row = rows.get(imageId)
      if (row === undefined || (!anyway && path.includes('other'))) return { taken: false }
      const { missingSince: _missing, ...found } = row
      changeRow({ ...found, path, name: path.slice(path.lastIndexOf('/') + 1) })
      return { taken: true }
    },
    'library.setLinksTrusted': async ({ imageId, trusted }) => {
      const row = rowOf(imageId)
      changeRow({
        ...row,
        linksTrusted: trusted,
        health: trusted && row.health === 'untrusted-links' ? 'not-checked' : row.health,
      })
      return {}
    },
    'library.setTreatedAsRaw': async ({ imageId, asRaw }) => {
      changeRow(asRaw ? takenForRaw(rowOf(imageId)) : notADisk(rowOf(imageId)))
      return {}
    },
    'images.info': async ({ imageId, withClusters }) => {
      const row = rowOf(imageId)
      if (row.error !== undefined) throw new RemoteError(row.error)
      const base = row.parentId === undefined ? undefined : rows.get(row.parentId)
      const { clusters, ...info } = madeUpInfo(row, base)
      return { ...info, ...(withClusters && clusters !== undefined && { clusters }) }
    },
    'images.allocation': async ({ imageId }) =>
      mapped.has(imageId)
        ? {
            summary: madeUpAllocation(rowOf(imageId)),
            stale: imageId % 4 === 0,
            mappedAt: options.now - 7_200_000,
          }
        : { stale: false },
    'images.extents': async ({ imageId, from, limit }) =>
      madeUpExtents(rowOf(imageId), from, limit),
    'jobs.start': async ({ request, imageIds, batchTitle, whenFree = false }) => {
      const chosen = imageIds.flatMap((id) => rows.get(id) ?? [])
      const [first] = chosen
      return whenFree && first !== undefined
        ? jobs.startWhenFree(recordedOf(request), first)
        : jobs.start(recordedOf(request), chosen, batchTitle)
    },
    'jobs.cancel': async (which) => {
      jobs.cancel(which)
      return {}
    },
    'jobs.watch': (_input, onEvent, call) => {
      onEvent(jobs.snapshot())
      jobListeners.add(onEvent)
      return untilAborted(call?.signal).finally(() => jobListeners.delete(onEvent))
    },
    'jobs.get': async ({ jobId }) => {
      const job = jobs.get(jobId)
      if (job === undefined) throw new RemoteError(permissionDenied(jobId))
      return job
    },
    'jobs.batch': async ({ batchId }) => ({ jobs: jobs.batch(batchId) }),
    'jobs.report': async ({ format }) => ({
      fileName: `platter-report.${format}`,
      mimeType: 'text/plain',
      text: 'A made-up report',
    }),
    'history.page': async ({ imageId, kinds, before, limit }) => {
      const all = jobs
        .history()
        .filter((job) => imageId === undefined || job.imageId === imageId)
        .filter((job) => kinds === undefined || kinds.includes(job.request.kind))
      const from = before === undefined ? 0 : all.findIndex(({ id }) => id === before) + 1
      const page = all.slice(from, from + limit)
      const last = page.at(-1)
      return {
        jobs: page,
        ...(from + limit < all.length && last !== undefined && { nextBefore: last.id }),
      }
    },
    'shell.openImages': async () => ({ imageIds: [] }),
    'shell.openFolder': async () => ({}),
    'shell.showInFolder': async () => ({}),
    'shell.saveReport': async ({ format }) => ({
      path: `/home/ada/Downloads/platter-report.${format}`,
    }),
    'shell.popupMenu': async () => ({}),
    'shell.setMenuState': async () => ({}),
    'images.disk': async ({ imageId }) => madeUpDisk(rowOf(imageId)),
    'images.snapshots': async ({ imageId }) => madeUpSnapshots(rowOf(imageId)),
    'images.saveChecksum': async ({ imageId }) => ({ path: `${rowOf(imageId).path}.sha256` }),
    'plans.action': ({ imageId, request }, onEvent, call) =>
      planAction({ row: rowOf(imageId), request, rows }, onEvent, call?.signal),
    'plans.create': async ({ request }) => createPlanOf(request),
    'plans.batch': async ({ request, imageIds }) => {
      const done =
        request.kind === 'undo' && 'batch' in request.parameters
          ? jobs.batch(request.parameters.batch)
          : []
      return madeUpBatch(
        request,
        imageIds.flatMap((id) => rows.get(id) ?? []),
        new Set(done.filter(({ undo }) => undo === 'possible').map(({ imageId }) => imageId)),
      )
    },
    'jobs.create': async ({ request }) => {
      const created = addRows([request.parameters.path]).map(rowOf)
      const [jobId = ''] = jobs.start(recordedRequestOf(request), created, undefined).jobIds
      return { jobId }
    },
    'jobs.pause': async (which) => {
      jobs.hold(which, true)
      return {}
    },
    'jobs.resume': async (which) => {
      jobs.hold(which, false)
      return {}
    },
    'jobs.again': async ({ jobId }) => jobs.takeUp(jobId),
    'jobs.log': async ({ jobId }) => ({ lines: madeUpLog(jobs.get(jobId)) }),
    'jobs.comparison': async ({ batchId }) => madeUpComparison(jobs.batch(batchId), options.now),
    'undo.store': async () => undoStore.look(settings.undoQuotaBytes),
    'undo.purge': async ({ jobIds }) => {
      undoStore.purge(jobIds)
      return {}
    },
    'shell.chooseFolder': async () => notMadeUp('shell.chooseFolder'),
    'shell.chooseFile': async () => notMadeUp('shell.chooseFile'),
    // One window has room for the whole of this world.
    'shell.openWindow': async ({ imageId }) => {
      throw new RemoteError(permissionDenied(rowOf(imageId).path))
    },
    'shell.startDrag': async () => notMadeUp('shell.startDrag'),
    'files.browse': async ({ path }) => browse(path),
  }
  return { client, tell: (event) => shellListeners.forEach((tell) => tell(event)) }
}

/** What this made-up world does not have yet. */
function notMadeUp(name: string): never {
  throw new RemoteError(permissionDenied(name))
}

/** Ends when the caller stops it, as a stream does. */
function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) =>
    signal?.addEventListener('abort', () => resolve(), { once: true }),
  )
}

const roots: readonly FolderEntry[] = [
  { name: '/srv/vm', path: '/srv/vm', kind: 'folder' },
  { name: '/home/ada/images', path: '/home/ada/images', kind: 'folder' },
]

function browse(path: string | undefined): {
  path?: string
  parent?: string
  entries: FolderEntry[]
} {
  if (path === undefined) return { entries: [...roots] }
  const parent = path.slice(0, path.lastIndexOf('/'))
  const isRoot = roots.some((root) => root.path === path)
  return {
    path,
    ...(!isRoot && { parent }),
    entries: [
      ...['archive', 'lab', 'production', 'templates'].map((name): FolderEntry => ({
        name,
        path: `${path}/${name}`,
        kind: 'folder',
      })),
      ...['base-debian-12.qcow2', 'base-fedora-42.qcow2', 'installer.iso'].map(
        (name, index): FolderEntry => ({
          name,
          path: `${path}/${name}`,
          kind: 'file',
          size: (index + 1) * 734_003_200,
        }),
      ),
    ],
  }
}
