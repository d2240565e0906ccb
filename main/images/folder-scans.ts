import { dirname } from 'node:path'
import { ImageError } from '../../core/index.ts'
import type { StoredFolder } from '../history/folders.ts'
import type { Logger } from '../log/logger.ts'
import { isConfigName } from '../users/find-configs.ts'
import type { VmUsers } from '../users/vm-users.ts'
import { covers, type Catalog } from './catalog.ts'
import { foldersAround } from './folders-around.ts'
import { isWithin } from './is-within.ts'
import { FolderState } from './library-folder.ts'
import type { LibraryImage } from './library-image.ts'
import type { RefusedFolder, ScanHost, ScanOutcome, SeenImage } from './scan-tasks.ts'
import type { Sightings } from './sightings.ts'

export interface FolderScansOptions {
  readonly host: ScanHost
  readonly roots: readonly string[] | undefined
  readonly log: Logger
  /** The library's folders now; one that left while its scan waited is not scanned. */
  readonly folders: ReadonlyMap<number, FolderState>
  readonly catalog: Catalog
  readonly sightings: Sightings
  readonly users: VmUsers
  readonly signal: AbortSignal
  readonly onFoldersChanged: () => void
  readonly now: () => number
}

/** Scans of the library's folders, one after the other: two at once would only fight for the disk. */
export class FolderScans {
  readonly #options: FolderScansOptions
  #last: Promise<void> = Promise.resolve()

  constructor(options: FolderScansOptions) {
    this.#options = options
  }

  /** A folder at work, whose changes are looked at as they are reported. */
  open(stored: StoredFolder): FolderState {
    return new FolderState(stored, {
      onChanged: this.#options.onFoldersChanged,
      onPaths: (id, paths) =>
        void this.#pathsChanged(id, paths).catch((error: unknown) =>
          this.#failed('changes in a folder could not be looked at', error),
        ),
      onRescan: (id) => void this.scan(id),
    })
  }

  /** Scans a folder after the scans before it. Resolves when it is done, however it went. */
  scan(folderId: number): Promise<void> {
    const folder = this.#options.folders.get(folderId)
    if (folder === undefined) return Promise.resolve()
    folder.scanStarted()
    this.#last = this.#scanAfter(this.#last, folder)
    return this.#last
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
    const { host, log, roots, folders, signal, now } = this.#options
    // Removed or stopped while it waited for its turn.
    if (folders.get(id) !== folder || signal.aborted) return undefined
    folder.startWatching()
    const seen = new Set<number>()
    const startedAt = now()
    const portions: Promise<void>[] = []
    let outcome: ScanOutcome
    try {
      outcome = await host.run(
        'scan',
        { root, recursive, roots },
        {
          signal,
          onEvent: (headers) => {
            portions.push(this.#sight(headers, seen))
            // Awaited below; until then a failure must not count as one that nobody handles.
            portions.at(-1)?.catch(() => undefined)
          },
        },
      )
    } catch (error) {
      const reason = ImageError.from(error, { path: root })
      if (reason.kind === 'not-found') {
        this.#options.catalog.markMissing(this.#unseen(folder, seen).map((gone) => gone.id))
      }
      throw reason
    }
    await Promise.all(portions)
    await this.#lookForUnseen(folder, seen, outcome.refused)
    await this.#lookForMachines(seen)
    log.info('folder scanned', { folder: root, images: seen.size, milliseconds: now() - startedAt })
    return outcome
  }

  async #sight(headers: readonly SeenImage[], seen: Set<number>): Promise<void> {
    const { sightings, onFoldersChanged } = this.#options
    for (const imageId of await sightings.store(headers, false)) seen.add(imageId)
    onFoldersChanged()
  }

  /** What the folder should hold, and the scan did not see. */
  #unseen(folder: FolderState, seen: ReadonlySet<number>): readonly LibraryImage[] {
    return Array.from(this.#options.catalog.images()).filter(
      ({ id, path }) => !seen.has(id) && covers(folder.stored, path),
    )
  }

  /** It is missing, unless the scan could not look there, or passed over a file that does not look like an image. */
  async #lookForUnseen(
    folder: FolderState,
    seen: ReadonlySet<number>,
    refused: readonly RefusedFolder[],
  ): Promise<void> {
    const unseen = this.#unseen(folder, seen)
      // The scan finds what came back by its content, which tells nothing of what a person named.
      .filter(
        ({ missingSince, single, treatedAsRaw }) =>
          missingSince === undefined || single || treatedAsRaw,
      )
      .map(({ path }) => path)
      .filter((file) => !refused.some((unread) => isWithin(file, unread.path)))
    await this.#options.sightings.lookAgain(unseen)
  }

  /** Never rejects: that machines could not be looked for is no fault of the folder. */
  async #lookForMachines(seen: ReadonlySet<number>): Promise<void> {
    const { catalog, users } = this.#options
    const images = [...seen].flatMap((imageId) => catalog.get(imageId) ?? [])
    await users
      .readBeside(foldersAround(images))
      .catch((error: unknown) => this.#failed('virtual machines could not be looked for', error))
  }

  async #pathsChanged(folderId: number, paths: readonly string[]): Promise<void> {
    const { folders, sightings, users, onFoldersChanged } = this.#options
    const folder = folders.get(folderId)
    if (folder === undefined) return
    const seen = await sightings.lookAgain(paths)
    await users.readBeside(paths.filter(isConfigName).map((file) => dirname(file)))
    // A folder that came or went changes which folders there are to watch.
    const isTreeChanged = seen.some(
      (sighting) =>
        (sighting.kind === 'folder' && !folder.watches(sighting.path)) ||
        (sighting.kind === 'nothing' && folder.watches(sighting.path)),
    )
    if (isTreeChanged && folder.stored.recursive) await this.scan(folderId)
    onFoldersChanged()
  }

  #failed(what: string, error: unknown): void {
    const { kind, code, message } = ImageError.from(error)
    if (kind !== 'cancelled') this.#options.log.warn(what, { code, reason: message })
  }
}
