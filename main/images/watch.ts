import { watch, type FSWatcher } from 'node:fs'
import path from 'node:path'
import { errnoOf } from './look-at-file.ts'

export interface FolderWatchOptions {
  readonly root: string
  readonly recursive: boolean
  /** Paths that may have changed, told together; files and folders, there or gone. */
  readonly onPaths: (paths: readonly string[]) => void
  /** The system does not report changes (any more): nothing is watched from here on. */
  readonly onFailed: (errno: string) => void
  /** A write comes as many events; they are told once so many milliseconds after the first. */
  readonly debounceMs?: number
}

/** Only Linux lacks a recursive watch of its own; Node's stand-in for it would watch every single file. */
const watchesTrees = process.platform === 'darwin' || process.platform === 'win32'

/**
 * Watches a folder and, on request, those below it. On Linux that is one inotify watch a folder, which
 * the scan lists; elsewhere one watch for the tree.
 */
export class FolderWatch {
  readonly #options: FolderWatchOptions
  readonly #watchers = new Map<string, FSWatcher>()
  #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: FolderWatchOptions) {
    this.#options = options
    this.#watch(options.root, watchesTrees && options.recursive)
  }

  /** Whether changes directly in this folder are reported. */
  watches(folder: string): boolean {
    return watchesTrees || this.#watchers.has(folder)
  }

  /** The folders that exist now, as the last scan found them. Gives those that were not watched before. */
  follow(folders: readonly string[]): readonly string[] {
    if (watchesTrees) return []
    const wanted = new Set(folders)
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue
      watcher.close()
      this.#watchers.delete(folder)
    }
    const added = folders.filter((folder) => !this.#closed && !this.#watchers.has(folder))
    for (const folder of added) this.#watch(folder, false)
    return added
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #watch(folder: string, recursive: boolean): void {
    let watcher: FSWatcher
    try {
      watcher = watch(folder, { recursive, persistent: false })
    } catch (error) {
      this.#failed(folder, error)
      return
    }
    this.#watchers.set(folder, watcher)
    watcher.on('change', (_type, name) => this.#noticed(folder, name))
    watcher.on('error', (error) => this.#failed(folder, error))
  }

  #noticed(folder: string, name: string | Buffer): void {
    this.#changed.add(path.join(folder, String(name)))
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      const paths = [...this.#changed]
      this.#changed = new Set()
      this.#options.onPaths(paths)
    }, this.#options.debounceMs ?? 300)
  }

  /** A folder that vanished is no failure: its parent reports that. */
  #failed(folder: string, error: unknown): void {
    if (this.#closed) return
    const errno = errnoOf(error)
    const isGone = errno === 'ENOENT' || errno === 'EPERM'
    if (isGone && folder !== this.#options.root) {
      this.#watchers.get(folder)?.close()
      this.#watchers.delete(folder)
      return
    }
    this.close()
    this.#options.onFailed(errno)
  }
}
