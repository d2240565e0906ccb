import { ImageError, type HeaderSummary } from '../../core/index.ts'
import type { LibraryFolder, LibraryRow } from '../../ipc/schemas/library.ts'
import type { JobRequest } from '../../ipc/schemas/job.ts'
import { saveAllocation, type StoredAllocation } from '../history/allocations.ts'
import type { WritableDb } from '../history/db.ts'
import { allFolders, deleteFolder, saveFolder } from '../history/folders.ts'
import { saveLastCheck, saveLastHash, type LastCheck, type LastHash } from '../history/images.ts'
import type { KnownImage } from '../jobs/engine-host.ts'
import type { Fit, JobSubjects } from '../jobs/job-subjects.ts'
import type { Logger } from '../log/logger.ts'
import { Topic } from '../topic.ts'
import { Catalog, covers } from './catalog.ts'
import { fitJob } from './fit-job.ts'
import { isWithin } from './is-within.ts'
import {
  linkPolicyOf,
  toRow,
  withinRoots,
  type LibraryImage,
  type LinkSetting,
} from './library-image.ts'
import { FolderState } from './library-folder.ts'
import { identityAt, leadsInto, realFolder } from './real-files.ts'
import type { ScanHost, ScanOutcome } from './scan-tasks.ts'
import { Sightings } from './sightings.ts'

export type LibraryChange =
  | { readonly type: 'row'; readonly id: number }
  | { readonly type: 'removed'; readonly ids: readonly number[] }
  | { readonly type: 'folders' }

export interface LibraryOptions {
  readonly db: WritableDb
  readonly host: ScanHost
  readonly log: Logger
  readonly links: () => LinkSetting
  /** Real paths that bound what is read; undefined: no bound but the system's. */
  readonly roots: readonly string[] | undefined
  readonly now?: () => number
}

export interface FolderChoice {
  readonly path: string
  readonly recursive: boolean
  readonly watched: boolean
}

/**
 * The known images: folders that are scanned and watched, single files, and what jobs found out. Reads
 * headers only, on another thread; every row lives in the Catalog.
 */
export class Library implements JobSubjects {
  readonly changes = new Topic<LibraryChange>()
  readonly #options: LibraryOptions
  readonly #catalog: Catalog
  readonly #sightings: Sightings
  readonly #folders = new Map<number, FolderState>()
  readonly #stopping = new AbortController()
  /** Scans run one after the other: two at once would only fight for the disk. */
  #scans: Promise<void> = Promise.resolve()

  constructor(options: LibraryOptions) {
    this.#options = options
    const stored = allFolders(options.db)
    for (const folder of stored) this.#folders.set(folder.id, this.#folderState(folder))
    this.#catalog = new Catalog(
      options.db,
      stored,
      {
        onRow: (id) => this.changes.tell({ type: 'row', id }),
        onRemoved: (ids) => {
          this.changes.tell({ type: 'removed', ids })
          this.changes.tell({ type: 'folders' })
        },
      },
      options.now,
    )
    const { host, roots } = options
    this.#sightings = new Sightings({
      catalog: this.#catalog,
      host,
      roots,
      signal: this.#stopping.signal,
    })
  }

  // What windows see

  rows(): readonly LibraryRow[] {
    const setting = this.#options.links()
    return Array.from(this.#catalog.images(), (image) => toRow(image, setting))
  }

  row(id: number): LibraryRow | undefined {
    const image = this.#catalog.get(id)
    return image === undefined ? undefined : toRow(image, this.#options.links())
  }

  folders(): readonly LibraryFolder[] {
    const counts = new Map<number, number>()
    for (const { folderId } of this.#catalog.images()) {
      if (folderId !== undefined) counts.set(folderId, (counts.get(folderId) ?? 0) + 1)
    }
    return Array.from(this.#folders, ([id, folder]) => folder.describe(counts.get(id) ?? 0))
  }

  /** Throws `unknown-id`. */
  image(id: number): LibraryImage {
    const image = this.#catalog.get(id)
    if (image === undefined) throw new ImageError('unknown-id', { field: 'image', id: String(id) })
    return image
  }

  /**
   * The path and how far its links may be followed. Throws `unknown-id`, and `outside-roots` for an
   * image that this shell must not read.
   */
  async toOpen(
    id: number,
  ): Promise<{ readonly path: string; readonly links: KnownImage['links'] }> {
    const image = this.image(id)
    const { roots, links } = this.#options
    if (!(await leadsInto(roots, image.path))) {
      throw new ImageError('outside-roots', { path: image.path })
    }
    return { path: image.path, links: withinRoots(linkPolicyOf(image, links()), roots) }
  }

  // What people ask for

  /** After a start: watches and scans what is watched, and looks after single files. */
  start(): void {
    for (const { stored } of this.#folders.values()) if (stored.watched) void this.scan(stored.id)
    const single = Array.from(this.#catalog.images()).filter(
      ({ folderId }) => folderId === undefined,
    )
    void this.#sightings
      .lookAgain(single.map(({ path }) => path))
      .catch((error: unknown) => this.#failed('single files could not be looked at', error))
  }

  /** Stores the folder and starts its scan; rows come as changes. Throws when `path` is no folder. */
  async addFolder({ path, recursive, watched }: FolderChoice): Promise<number> {
    const real = await realFolder(path)
    const addedAt = this.#now()
    const stored = saveFolder(this.#options.db, { path: real, recursive, watched, addedAt })
    const known = this.#folders.get(stored.id)
    if (known === undefined) this.#folders.set(stored.id, this.#folderState(stored))
    else known.stored = stored
    this.#foldersChanged()
    this.#options.log.info('folder added', { folder: real, recursive, watched })
    void this.scan(stored.id)
    return stored.id
  }

  /** Its images leave the library unless they were added singly or lie in another folder. */
  removeFolder(id: number): void {
    const folder = this.#folders.get(id)
    if (folder === undefined) return
    folder.close()
    this.#folders.delete(id)
    this.#options.db.transaction(() => {
      deleteFolder(this.#options.db, id)
      this.#foldersChanged()
    })
  }

  /**
   * Adds files, in the order given, and folders as library folders. Throws when one of the paths leads
   * nowhere or to something that is no file, after the others were added.
   */
  async addPaths(paths: readonly string[]): Promise<readonly number[]> {
    const { ids, folders, refusal } = await this.#sightings.addNamed(paths)
    for (const path of folders) await this.addFolder({ path, recursive: true, watched: true })
    if (refusal !== undefined) throw refusal
    return ids
  }

  removeImages(ids: readonly number[]): void {
    this.#catalog.remove(ids)
  }

  /** Reads headers again, of these images or of everything. Resolves when that is done. */
  async refresh(ids: readonly number[] | undefined): Promise<void> {
    if (ids !== undefined) {
      const images = ids.flatMap((id) => this.#catalog.get(id) ?? [])
      await this.#sightings.lookAgain(images.map(({ path }) => path))
      return
    }
    const single = Array.from(this.#catalog.images()).filter(
      ({ folderId }) => folderId === undefined,
    )
    await Promise.all([
      ...Array.from(this.#folders.keys(), (id) => this.scan(id)),
      this.#sightings.lookAgain(single.map(({ path }) => path)),
    ])
  }

  /** Asks the system anew who has the images open. */
  refreshUses(): Promise<void> {
    return this.#sightings.refreshUses()
  }

  setLinksTrusted(id: number, trusted: boolean): void {
    this.#catalog.setLinksTrusted(this.image(id), trusted)
  }

  /** The setting for links changed: badges depend on it. */
  linksChanged(): void {
    for (const { id } of this.#catalog.images()) this.changes.tell({ type: 'row', id })
  }

  /** Another process recorded work in the database. */
  reload(): void {
    this.#catalog.reload()
    this.linksChanged()
  }

  /** Ends scans and watches. */
  close(): void {
    this.#stopping.abort()
    for (const folder of this.#folders.values()) folder.close()
  }

  // What jobs need

  fit(imageId: number, request: JobRequest): Fit {
    const image = this.#catalog.get(imageId)
    if (image !== undefined) return fitJob(image, request)
    return { fits: false, path: `image ${imageId}`, reason: 'It is no longer in the library.' }
  }

  async locate(imageId: number): Promise<KnownImage> {
    const { path, header } = this.image(imageId)
    const identity = await identityAt(path)
    // Moved, replaced or gone since it was last seen.
    if (identity !== header.identity) await this.#sightings.lookAgain([path])
    const now = this.image(imageId)
    if (now.missingSince !== undefined) throw new ImageError('file-missing', { path: now.path })
    return { ...(await this.toOpen(imageId)), identity: now.header.identity }
  }

  keepCheck(imageId: number, check: LastCheck): void {
    saveLastCheck(this.#options.db, imageId, check)
    this.#catalog.setResults(imageId, { lastCheck: check })
  }

  keepHash(imageId: number, hash: LastHash): void {
    saveLastHash(this.#options.db, imageId, hash)
    this.#catalog.setResults(imageId, { lastHash: hash })
  }

  keepAllocation(imageId: number, allocation: StoredAllocation): void {
    saveAllocation(this.#options.db, imageId, allocation)
  }

  // Scanning

  /** Scans a folder after the scans before it. Resolves when it is done, however it went. */
  scan(folderId: number): Promise<void> {
    const folder = this.#folders.get(folderId)
    if (folder === undefined) return Promise.resolve()
    folder.scanStarted()
    this.#scans = this.#scanAfter(this.#scans, folder)
    return this.#scans
  }

  /** Never rejects: what went wrong is the folder's error. */
  async #scanAfter(earlier: Promise<void>, folder: FolderState): Promise<void> {
    await earlier
    const result = await this.#scan(folder).catch((error: unknown) => ImageError.from(error))
    const isStopped = result instanceof ImageError && result.kind === 'cancelled'
    if (result instanceof ImageError && !isStopped) this.#failed('a scan ended early', result)
    folder.scanEnded(isStopped ? undefined : result)
  }

  async #scan(folder: FolderState): Promise<ScanOutcome | undefined> {
    const { id, path: root, recursive } = folder.stored
    // Removed or stopped while it waited for its turn.
    if (this.#folders.get(id) !== folder || this.#stopping.signal.aborted) return undefined
    folder.startWatching()
    const { host, log, roots } = this.#options
    const seen = new Set<number>()
    const startedAt = this.#now()
    const portions: Promise<void>[] = []
    let outcome: ScanOutcome
    try {
      outcome = await host.run(
        'scan',
        { root, recursive, roots },
        {
          signal: this.#stopping.signal,
          onEvent: (headers) => {
            portions.push(this.#sightInScan(headers, seen))
            // Awaited below; until then a failure must not count as one that nobody handles.
            portions.at(-1)?.catch(() => undefined)
          },
        },
      )
    } catch (error) {
      const reason = ImageError.from(error, { path: root })
      if (reason.kind === 'not-found') this.#markUnseen(folder, seen, [])
      throw reason
    }
    await Promise.all(portions)
    this.#markUnseen(
      folder,
      seen,
      outcome.refused.map((refused) => refused.path),
    )
    const milliseconds = this.#now() - startedAt
    log.info('folder scanned', { folder: root, images: seen.size, milliseconds })
    return outcome
  }

  async #sightInScan(headers: readonly HeaderSummary[], seen: Set<number>): Promise<void> {
    for (const imageId of await this.#sightings.store(headers, false)) seen.add(imageId)
    this.changes.tell({ type: 'folders' })
  }

  /** What the folder should hold and the scan did not see is missing, unless it could not look there. */
  #markUnseen(folder: FolderState, seen: ReadonlySet<number>, refused: readonly string[]): void {
    const missing: number[] = []
    for (const { id, path } of this.#catalog.images()) {
      if (seen.has(id) || !covers(folder.stored, path)) continue
      if (!refused.some((unread) => isWithin(path, unread))) missing.push(id)
    }
    this.#catalog.markMissing(missing)
  }

  async #pathsChanged(folderId: number, paths: readonly string[]): Promise<void> {
    const folder = this.#folders.get(folderId)
    if (folder === undefined) return
    const seen = await this.#sightings.lookAgain(paths)
    // A folder that came or went changes which folders there are to watch.
    const isTreeChanged = seen.some(
      (sighting) =>
        (sighting.kind === 'folder' && !folder.watches(sighting.path)) ||
        (sighting.kind === 'nothing' && folder.watches(sighting.path)),
    )
    if (isTreeChanged && folder.stored.recursive) await this.scan(folderId)
    this.changes.tell({ type: 'folders' })
  }

  #folderState(stored: ReturnType<typeof saveFolder>): FolderState {
    return new FolderState(stored, {
      onChanged: () => this.changes.tell({ type: 'folders' }),
      onPaths: (id, paths) =>
        void this.#pathsChanged(id, paths).catch((error: unknown) =>
          this.#failed('changes in a folder could not be looked at', error),
        ),
      onRescan: (id) => void this.scan(id),
    })
  }

  #foldersChanged(): void {
    this.#catalog.setFolders(Array.from(this.#folders.values(), ({ stored }) => stored))
    this.changes.tell({ type: 'folders' })
  }

  #failed(what: string, error: unknown): void {
    const { kind, code, message } = ImageError.from(error)
    if (kind !== 'cancelled') this.#options.log.warn(what, { code, reason: message })
  }

  #now(): number {
    return (this.#options.now ?? Date.now)()
  }
}
