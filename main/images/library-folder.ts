import { statSync } from 'node:fs'
import { ImageError } from '../../core/index.ts'
import type { LibraryFolder } from '../../ipc/schemas/library.ts'
import type { StoredFolder } from '../history/folders.ts'
import type { ScanOutcome } from './scan-tasks.ts'
import { FolderWatch } from './watch.ts'

export interface FolderEvents {
  readonly onChanged: () => void
  readonly onPaths: (folderId: number, paths: readonly string[]) => void
  readonly onRescan: (folderId: number) => void
}

/** How often a folder is scanned whose changes the system does not report. */
const rescanMinutes = 5

/** Milliseconds that a file system's clock may be behind ours, and coarser. */
const clockSlack = 2000

/** A library folder at work: whether a scan runs, what went wrong, and its watch. */
export class FolderState {
  readonly #events: FolderEvents
  #stored: StoredFolder
  #scans = 0
  #scanStartedAt = 0
  #error: ImageError | undefined
  #watchError: ImageError | undefined
  #watch: FolderWatch | undefined
  #rescan: NodeJS.Timeout | undefined

  constructor(stored: StoredFolder, events: FolderEvents) {
    this.#stored = stored
    this.#events = events
  }

  get stored(): StoredFolder {
    return this.#stored
  }

  /** The person chose anew how to look at it. */
  set stored(stored: StoredFolder) {
    this.close()
    this.#stored = stored
  }

  describe(imageCount: number): LibraryFolder {
    const error = this.#error ?? this.#watchError
    return {
      ...this.#stored,
      imageCount,
      scanning: this.#scans > 0,
      ...(error === undefined ? {} : { error: error.toJSON() }),
    }
  }

  scanStarted(): void {
    this.#scans += 1
    this.#scanStartedAt = Date.now()
    this.#events.onChanged()
  }

  scanEnded(result: ScanOutcome | ImageError | undefined): void {
    this.#scans -= 1
    if (result instanceof ImageError) {
      this.#error = result
    } else if (result !== undefined) {
      this.#error = partlyUnread(this.#stored.path, result)
      // What came into a folder after the scan listed it and before it was watched is in neither.
      const added = this.#watch?.follow(result.folders) ?? []
      const since = this.#scanStartedAt - clockSlack
      if (added.some((folder) => changedSince(folder, since)))
        this.#events.onRescan(this.#stored.id)
    }
    this.#events.onChanged()
  }

  /** Begins before the scan, so that nothing that happens meanwhile is missed. */
  startWatching(): void {
    if (!this.#stored.watched || this.#watch !== undefined || this.#rescan !== undefined) return
    const { id, path: root, recursive } = this.#stored
    this.#watchError = undefined
    let failedAtOnce: string | undefined
    const watch = new FolderWatch({
      root,
      recursive,
      onPaths: (paths) => this.#events.onPaths(id, paths),
      onFailed: (errno) => {
        failedAtOnce = errno
        this.#lookFromTimeToTime(errno)
      },
    })
    if (failedAtOnce === undefined) this.#watch = watch
  }

  /** Whether the watch reports what happens directly in `folder`. */
  watches(folder: string): boolean {
    return this.#watch?.watches(folder) === true
  }

  close(): void {
    this.#watch?.close()
    this.#watch = undefined
    clearInterval(this.#rescan)
    this.#rescan = undefined
  }

  #lookFromTimeToTime(errno: string): void {
    const { id, path } = this.#stored
    this.#watch = undefined
    this.#watchError = new ImageError('watch-unavailable', { path, errno, found: rescanMinutes })
    this.#rescan = setInterval(() => this.#events.onRescan(id), rescanMinutes * 60_000)
    this.#rescan.unref()
    this.#events.onChanged()
  }
}

function changedSince(folder: string, time: number): boolean {
  try {
    return statSync(folder).mtimeMs >= time
  } catch {
    // It is gone again, which the watch of its parent reports.
    return false
  }
}

function partlyUnread(path: string, { refused }: ScanOutcome): ImageError | undefined {
  const first = refused[0]
  if (first === undefined) return undefined
  return new ImageError('folder-partly-unread', {
    path,
    found: refused.length,
    link: first.path,
    errno: first.errno,
  })
}
