import { realpath } from 'node:fs/promises'
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
import { linkPolicyOf, toRow, type LibraryImage, type LinkSetting } from './library-image.ts'
import { FolderState } from './library-folder.ts'
import { identityAt, realFolder } from './real-files.ts'
import type { ScanHost, ScanOutcome, Sighting } from './scan-tasks.ts'

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

/** Paths asked about in one message to the scan worker. */
const askedAtOnce = 500

/**
 * The known images: folders that are scanned and watched, single files, and what jobs found out. Reads
 * headers only, on another thread; every row lives in the Catalog.
 */
export class Library implements JobSubjects {
  readonly changes = new Topic<LibraryChange>()
  readonly #options: LibraryOptions
  readonly #catalog: Catalog
  readonly #folders = new Map<number, FolderState>()
  readonly #stopping = new AbortController()
  /** Scans run one after the other: two at once would only fight for the disk. */
  #scans: Promise<void> = Promise.resolve()
  /** Sightings are applied one after the other, in the order they were made. */
  #sightings: Promise<unknown> = Promise.resolve()

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

  /** The path and how far its links may be followed. Throws `unknown-id`. */
  toOpen(id: number): { readonly path: string; readonly links: KnownImage['links'] } {
    const image = this.image(id)
    return { path: image.path, links: linkPolicyOf(image, this.#options.links()) }
  }

  // What people ask for

  /** After a start: watches and scans what is watched, and looks after single files. */
  start(): void {
    for (const { stored } of this.#folders.values()) if (stored.watched) void this.scan(stored.id)
    const single = Array.from(this.#catalog.images()).filter(
      ({ folderId }) => folderId === undefined,
    )
    void this.#lookAgain(single.map(({ path }) => path)).catch((error: unknown) =>
      this.#failed('single files could not be looked at', error),
    )
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
    const ids: number[] = []
    let refusal: ImageError | undefined
    for (let start = 0; start < paths.length; start += askedAtOnce) {
      const asked = await this.#realPaths(paths.slice(start, start + askedAtOnce))
      const seen = await this.#look(asked, true)
      const headers = seen.flatMap((sighting) =>
        sighting.kind === 'image' ? [sighting.header] : [],
      )
      ids.push(...(await this.#sight(headers, true)))
      for (const sighting of seen) {
        if (sighting.kind === 'folder') {
          await this.addFolder({ path: sighting.path, recursive: true, watched: true })
        } else if (sighting.kind !== 'image' && sighting.error !== undefined) {
          refusal ??= ImageError.fromJSON(sighting.error)
        }
      }
    }
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
      await this.#lookAgain(images.map(({ path }) => path))
      return
    }
    const single = Array.from(this.#catalog.images()).filter(
      ({ folderId }) => folderId === undefined,
    )
    await Promise.all([
      ...Array.from(this.#folders.keys(), (id) => this.scan(id)),
      this.#lookAgain(single.map(({ path }) => path)),
    ])
  }

  /** Asks the system anew who has the images open. */
  async refreshUses(): Promise<void> {
    const present = Array.from(this.#catalog.images()).filter(
      ({ missingSince }) => missingSince === undefined,
    )
    for (let start = 0; start < present.length; start += askedAtOnce) {
      const asked = present.slice(start, start + askedAtOnce)
      const paths = asked.map(({ path }) => path)
      const uses = await this.#options.host.run('uses', { paths }, this.#context())
      for (const [index, { id }] of asked.entries()) {
        const use = uses[index]
        if (use !== undefined) this.#catalog.setUse(id, use)
      }
    }
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
    if (identity !== header.identity) await this.#lookAgain([path])
    const now = this.image(imageId)
    if (now.missingSince !== undefined) throw new ImageError('file-missing', { path: now.path })
    return { ...this.toOpen(imageId), identity: now.header.identity }
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
          ...this.#context(),
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
    for (const imageId of await this.#sight(headers, false)) seen.add(imageId)
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
    const seen = await this.#lookAgain(paths)
    // A folder that came or went changes which folders there are to watch.
    const isTreeChanged = seen.some(
      (sighting) =>
        (sighting.kind === 'folder' && !folder.watches(sighting.path)) ||
        (sighting.kind === 'nothing' && folder.watches(sighting.path)),
    )
    if (isTreeChanged && folder.stored.recursive) await this.scan(folderId)
    this.changes.tell({ type: 'folders' })
  }

  /** Looks at paths that are known or were reported, and marks what is no longer there. */
  async #lookAgain(paths: readonly string[]): Promise<readonly Sighting[]> {
    const all: Sighting[] = []
    for (let start = 0; start < paths.length; start += askedAtOnce) {
      const asked = paths.slice(start, start + askedAtOnce)
      // Known rows stay rows whatever their name; a stranger must look like an image.
      const known = asked.filter((file) => this.#catalog.atPath(file) !== undefined)
      const strange = asked.filter((file) => this.#catalog.atPath(file) === undefined)
      const seen = [...(await this.#look(known, true)), ...(await this.#look(strange, false))]
      await this.#sight(
        seen.flatMap((sighting) => (sighting.kind === 'image' ? [sighting.header] : [])),
        false,
      )
      // After the sightings: a file that only moved is found under its new name first.
      this.#catalog.markMissing(
        seen.flatMap(({ kind, path }) =>
          kind === 'image' ? [] : (this.#catalog.atPath(path)?.id ?? []),
        ),
      )
      all.push(...seen)
    }
    return all
  }

  #look(paths: readonly string[], named: boolean): Promise<readonly Sighting[]> {
    if (paths.length === 0) return Promise.resolve([])
    return this.#options.host.run('look', { paths, named }, this.#context())
  }

  /** Stores sightings; first finds out which known files are no longer where they were. */
  #sight(headers: readonly HeaderSummary[], single: boolean): Promise<readonly number[]> {
    const sighting = this.#sightings.then(async () => {
      const gone = new Set<number>()
      for (const header of headers) {
        const other = this.#catalog.elsewhere(header)
        if (other !== undefined && (await identityAt(other.path)) !== other.header.identity) {
          gone.add(other.id)
        }
      }
      if (this.#stopping.signal.aborted) throw new ImageError('cancelled')
      return this.#catalog.sight(headers, { single, gone })
    })
    this.#sightings = sighting.catch(() => undefined)
    return sighting
  }

  async #realPaths(paths: readonly string[]): Promise<readonly string[]> {
    return Promise.all(paths.map((file) => realpath(file).catch(() => file)))
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

  #context(): { readonly signal: AbortSignal } {
    return { signal: this.#stopping.signal }
  }

  #now(): number {
    return (this.#options.now ?? Date.now)()
  }
}
