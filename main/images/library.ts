import { dirname } from 'node:path'
import { ImageError } from '../../core/index.ts'
import type { LibraryFolder, LibraryRow } from '../../ipc/schemas/library.ts'
import type { JobRequest } from '../../ipc/schemas/job.ts'
import type { StoredAllocation } from '../history/allocations.ts'
import { allFolders, deleteFolder, saveFolder } from '../history/folders.ts'
import { findImage, type LastCheck, type LastHash, type Reclaimable } from '../history/images.ts'
import type { ImageToOpen, KnownImage } from '../jobs/engine-host.ts'
import type { Fit, JobSubjects } from '../jobs/job-subjects.ts'
import { Topic } from '../topic.ts'
import { VmUsers, type LookedAt } from '../users/vm-users.ts'
import { Catalog } from './catalog.ts'
import { fitJob } from './fit-job.ts'
import { foldersAround } from './folders-around.ts'
import {
  linkPolicyOf,
  toRow,
  withinRoots,
  type LibraryImage,
  type LinkSetting,
} from './library-image.ts'
import { FolderScans } from './folder-scans.ts'
import { JobFindings } from './job-findings.ts'
import type { FolderState } from './library-folder.ts'
import type { Added, FolderChoice, LibraryChange, LibraryOptions } from './library-options.ts'
import { isTakenFor, missingCandidates, signsOf, type Candidate } from './missing-candidates.ts'
import { identityAt, leadsInto, realFolder } from './real-files.ts'
import { Sightings } from './sightings.ts'

/** Configurations change rarely; a machine that was just made may be missing so long, in milliseconds. */
const placesInterval = 60_000

/**
 * The known images: folders that are scanned and watched, single files, and what jobs found out. Reads
 * headers only, on another thread; every row lives in the Catalog.
 */
export class Library implements JobSubjects {
  readonly changes = new Topic<LibraryChange>()
  readonly #options: LibraryOptions
  readonly #catalog: Catalog
  readonly #findings: JobFindings
  readonly #sightings: Sightings
  readonly #folders = new Map<number, FolderState>()
  readonly #users: VmUsers
  readonly #scans: FolderScans
  readonly #stopping = new AbortController()
  #placesReadAt = -Infinity

  constructor(options: LibraryOptions) {
    this.#options = options
    const stored = allFolders(options.db)
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
    this.#findings = new JobFindings(options.db, this.#catalog)
    const { host, roots, vmPlaces = [] } = options
    this.#users = new VmUsers({
      host,
      places: vmPlaces,
      roots,
      signal: this.#stopping.signal,
      onChanged: ({ files, isKnownChanged }) => {
        if (isKnownChanged) return this.#everyRowChanged()
        for (const file of files) {
          const image = this.#catalog.atPath(file)
          if (image !== undefined) this.changes.tell({ type: 'row', id: image.id })
        }
      },
    })
    this.#sightings = new Sightings({
      catalog: this.#catalog,
      host,
      roots,
      signal: this.#stopping.signal,
    })
    this.#scans = new FolderScans({
      host,
      roots,
      log: options.log,
      folders: this.#folders,
      catalog: this.#catalog,
      sightings: this.#sightings,
      users: this.#users,
      signal: this.#stopping.signal,
      onFoldersChanged: () => this.changes.tell({ type: 'folders' }),
      now: options.now ?? Date.now,
    })
    for (const folder of stored) this.#folders.set(folder.id, this.#scans.open(folder))
  }

  // What windows see

  rows(): readonly LibraryRow[] {
    const setting = this.#options.links()
    return Array.from(this.#catalog.images(), (image) => this.#toRow(image, setting))
  }

  row(id: number): LibraryRow | undefined {
    const image = this.#catalog.get(id)
    return image === undefined ? undefined : this.#toRow(image, this.#options.links())
  }

  /** The library's images whose backing file this one is. */
  childrenOf(id: number): readonly LibraryRow[] {
    const image = this.#catalog.get(id)
    return image === undefined
      ? []
      : this.#catalog.childrenOf(image).flatMap((child) => this.row(child) ?? [])
  }

  /** How many images it has. */
  get size(): number {
    return this.#catalog.size
  }

  folders(): readonly LibraryFolder[] {
    const counts = new Map<number, number>()
    for (const { folderId } of this.#catalog.images()) {
      if (folderId !== undefined) counts.set(folderId, (counts.get(folderId) ?? 0) + 1)
    }
    return Array.from(this.#folders, ([id, folder]) => folder.describe(counts.get(id) ?? 0))
  }

  /** Where machines were looked for, as far as there was something. */
  vmPlaces(): readonly LookedAt[] {
    return this.#users.lookedAt()
  }

  /** Throws `unknown-id`. */
  image(id: number): LibraryImage {
    const image = this.#catalog.get(id)
    if (image === undefined) throw new ImageError('unknown-id', { field: 'image', id: String(id) })
    return image
  }

  /**
   * The path, how far its links may be followed, and its format where a person said it. Throws `unknown-id`, and `outside-roots` for an
   * image that this shell must not read.
   */
  async toOpen(id: number): Promise<ImageToOpen> {
    const image = this.image(id)
    const { roots, links } = this.#options
    if (!(await leadsInto(roots, image.path))) {
      throw new ImageError('outside-roots', { path: image.path })
    }
    return {
      path: image.path,
      links: withinRoots(linkPolicyOf(image, links()), roots),
      ...(image.treatedAsRaw && { format: 'raw' }),
    }
  }

  // What people ask for

  /** After a start: watches and scans what is watched, and looks after single files. */
  start(): void {
    void this.#readVmPlaces()
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
    if (known === undefined) this.#folders.set(stored.id, this.#scans.open(stored))
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
    const { ids, refusal } = await this.addWhatCan(paths)
    if (refusal !== undefined) throw refusal
    return ids
  }

  /** As `addPaths`; one that cannot be added keeps the others from nothing. Answers with the first refusal. */
  async addWhatCan(paths: readonly string[]): Promise<Added> {
    const { ids, folders, refusal } = await this.#sightings.addNamed(paths)
    for (const path of folders) await this.addFolder({ path, recursive: true, watched: true })
    return { ids, refusal }
  }

  removeImages(ids: readonly number[]): void {
    this.#catalog.remove(ids)
  }

  /** Images of the library that may be this missing one. Throws `unknown-id`. */
  candidatesFor(id: number): readonly Candidate[] {
    return missingCandidates(this.image(id), this.#catalog.images())
  }

  /**
   * A person says where the file of a missing image is now. What is there must look like it, unless `anyway`: its
   * history would become that of a stranger. Answers whether it was taken.
   */
  async foundAt(id: number, path: string, anyway: boolean): Promise<boolean> {
    const header = await this.#sightings.lookAtNamed(path)
    const image = this.image(id)
    if (image.missingSince === undefined) return true
    if (!anyway && !isTakenFor(signsOf(image, { path: header.path, header }))) return false
    this.#catalog.adopt(image, header)
    this.changes.tell({ type: 'folders' })
    return true
  }

  /**
   * The file at `path` is this image from now on: it was put there. An image that had left the library is in it again;
   * `single`: it stays without a folder that holds it. Throws when no file is there.
   */
  async place(id: number, path: string, single: boolean): Promise<void> {
    const before = this.#catalog.get(id)
    const header = await this.#sightings.lookAtNamed(path)
    this.#catalog.place(id, header, single)
    this.changes.tell({ type: 'folders' })
    // Another file may have come to the row's old place: from now on it is a row of its own.
    if (before === undefined || before.path === header.path) return
    const there = await this.#sightings.lookAtNamed(before.path).catch(() => undefined)
    if (there !== undefined && there.identity !== header.identity) {
      await this.#sightings.store([there], before.single)
    }
  }

  /** Whether a person added the file itself, not only the folder it is in. */
  isSingle(id: number): boolean {
    return this.#catalog.get(id)?.single === true
  }

  /** Reads headers again, of these images or of everything. Resolves when that is done. */
  async refresh(ids: readonly number[] | undefined): Promise<void> {
    await this.#readVmPlaces()
    if (ids !== undefined) {
      const images = ids.flatMap((id) => this.#catalog.get(id) ?? [])
      await this.#sightings.lookAgain(images.map(({ path }) => path))
      await this.#users.readBeside(foldersAround(images))
      return
    }
    const single = Array.from(this.#catalog.images()).filter(
      ({ folderId }) => folderId === undefined,
    )
    await Promise.all([
      ...Array.from(this.#folders.keys(), (id) => this.scan(id)),
      this.#sightings.lookAgain(single.map(({ path }) => path)),
    ])
    await this.#users.readBeside(foldersAround(single))
  }

  /** Asks the system anew who has the images open, and now and then which machines there are. */
  async refreshUses(): Promise<void> {
    await this.#sightings.refreshUses()
    if (this.#now() - this.#placesReadAt >= placesInterval) await this.#readVmPlaces()
    const folders = foldersAround(this.#catalog.images())
    await this.#users.readBeside(folders.filter((folder) => !this.#users.hasLookedBeside(folder)))
  }

  setLinksTrusted(id: number, trusted: boolean): void {
    this.#catalog.setLinksTrusted(this.image(id), trusted)
  }

  /**
   * A person says that a file of no format we know is a raw disk, or takes that back. Never by ourselves: a guest can
   * write what looks like anything. Results of one reading are none of the other. Throws `invalid-argument` for a file
   * that says what it is.
   */
  async setTreatedAsRaw(id: number, asRaw: boolean): Promise<void> {
    const image = this.image(id)
    if (image.treatedAsRaw === asRaw) return
    if (asRaw && image.header.error?.reason !== 'unknown-format') {
      throw new ImageError('invalid-argument', {
        field: 'The file',
        expected: 'one of no format we know',
        found: image.header.formatLabel,
      })
    }
    this.#catalog.setTreatedAsRaw(image, asRaw)
    await this.#sightings.lookAgain([image.path])
  }

  /** The setting for links changed: badges depend on it. */
  linksChanged(): void {
    this.#everyRowChanged()
  }

  /** Somebody opened these images, or worked on them here. */
  used(ids: readonly number[]): void {
    this.#findings.used(ids, this.#now())
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
    // What left the library may come back to it.
    const former = request.kind === 'undo' ? findImage(this.#options.db, imageId) : undefined
    if (former !== undefined) return fitJob(former, request)
    return { fits: false, path: `image ${imageId}`, reason: { kind: 'gone' } }
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
    this.#findings.keepCheck(imageId, check)
  }

  forgetCheck(imageId: number): void {
    this.#findings.forgetCheck(imageId)
  }

  keepHash(imageId: number, hash: LastHash): void {
    this.#findings.keepHash(imageId, hash)
  }

  keepReclaimable(imageId: number, reclaimable: Reclaimable): void {
    this.#findings.keepReclaimable(imageId, reclaimable)
  }

  keepAllocation(imageId: number, allocation: StoredAllocation): void {
    this.#findings.keepAllocation(imageId, allocation)
  }

  /** Scans a folder after the scans before it. Resolves when it is done, however it went. */
  scan(folderId: number): Promise<void> {
    return this.#scans.scan(folderId)
  }

  #foldersChanged(): void {
    this.#catalog.setFolders(Array.from(this.#folders.values(), ({ stored }) => stored))
    this.changes.tell({ type: 'folders' })
  }

  #failed(what: string, error: unknown): void {
    const { kind, code, message } = ImageError.from(error)
    if (kind !== 'cancelled') this.#options.log.warn(what, { code, reason: message })
  }

  #toRow(image: LibraryImage, setting: LinkSetting): LibraryRow {
    const users = this.#users
    return toRow(image, setting, {
      parent: this.#catalog.parentOf(image),
      childCount: this.#catalog.childCountOf(image),
      dataFileOf: this.#catalog.dataFileUsersOf(image),
      usedBy: users.usersOf(image.path),
      isUseKnown: users.knowsMachines && users.hasLookedBeside(dirname(image.path)),
    })
  }

  #everyRowChanged(): void {
    for (const { id } of this.#catalog.images()) this.changes.tell({ type: 'row', id })
  }

  /** Never rejects: without an answer, what was known stays. */
  async #readVmPlaces(): Promise<void> {
    this.#placesReadAt = this.#now()
    await this.#users
      .readKnownPlaces()
      .catch((error: unknown) => this.#failed('virtual machines could not be looked for', error))
  }

  #now(): number {
    return (this.#options.now ?? Date.now)()
  }
}
