import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { ImageError } from '../../core/index.ts'
import type { FolderEntry } from '../../ipc/schemas/app.ts'
import type { FolderListing } from '../shell-ports.ts'

/**
 * The folders and files the web host may show, and nothing else: a path counts by where it really
 * leads, so that neither `..` nor a symbolic link gets out.
 */
export class Roots {
  readonly #paths: readonly string[]

  private constructor(paths: readonly string[]) {
    this.#paths = paths
  }

  /** Throws `file-missing` when one does not exist: a typing error should not open less than expected. */
  static async of(paths: readonly string[]): Promise<Roots> {
    const real = await Promise.all(paths.map((given) => resolveReal(path.resolve(given))))
    return new Roots([...new Set(real)])
  }

  get paths(): readonly string[] {
    return this.#paths
  }

  /**
   * The real path. Throws `outside-roots` for one below no root, and for one that cannot be resolved
   * and whose spelling lies outside, so that answers tell nothing about files out there.
   */
  async admit(candidate: string): Promise<string> {
    const absolute = path.resolve(candidate)
    let real: string
    try {
      real = await resolveReal(absolute)
    } catch (error) {
      if (this.#holds(absolute)) throw error
      throw new ImageError('outside-roots', { path: candidate })
    }
    if (!this.#holds(real)) throw new ImageError('outside-roots', { path: candidate })
    return real
  }

  /** The roots, or a folder below one: subfolders and files, hidden ones left out, folders first. */
  async list(folder: string | undefined): Promise<FolderListing> {
    if (folder === undefined) {
      return { entries: await Promise.all(this.#paths.map((root) => describe(root, root))) }
    }
    const real = await this.admit(folder)
    const names = await readFolder(real)
    const entries: FolderEntry[] = []
    for (const name of names.filter((entry) => !entry.startsWith('.'))) {
      const entry = await this.#describeBelow(path.join(real, name))
      if (entry !== undefined) entries.push(entry)
    }
    const parent = path.dirname(real)
    return {
      path: real,
      ...(this.#holds(parent) ? { parent } : {}),
      entries: entries.toSorted(foldersFirst),
    }
  }

  /** Undefined for what leads outside, vanished, or is neither folder nor file. */
  async #describeBelow(file: string): Promise<FolderEntry | undefined> {
    try {
      const isLink = (await lstat(file)).isSymbolicLink()
      if (isLink && !this.#holds(await realpath(file))) return undefined
      const stats = await stat(file)
      return stats.isDirectory() || stats.isFile()
        ? await describe(file, path.basename(file))
        : undefined
    } catch {
      return undefined
    }
  }

  #holds(real: string): boolean {
    return this.#paths.some((root) => real === root || real.startsWith(withSeparator(root)))
  }
}

/** The root folder `/` ends with its separator already. */
const withSeparator = (folder: string): string =>
  folder.endsWith(path.sep) ? folder : folder + path.sep

async function describe(file: string, name: string): Promise<FolderEntry> {
  const stats = await stat(file)
  return stats.isDirectory()
    ? { name, path: file, kind: 'folder' }
    : { name, path: file, kind: 'file', size: stats.size }
}

function foldersFirst(a: FolderEntry, b: FolderEntry): number {
  if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1
  return a.name.localeCompare(b.name, undefined, { numeric: true })
}

async function readFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    throw fileError(error, folder)
  }
}

async function resolveReal(file: string): Promise<string> {
  try {
    return await realpath(file)
  } catch (error) {
    throw fileError(error, file)
  }
}

function fileError(error: unknown, file: string): ImageError {
  const errno = error instanceof Error && 'code' in error ? String(error.code) : 'EIO'
  if (errno === 'ENOENT') return new ImageError('file-missing', { path: file }, { cause: error })
  const reason = errno === 'EACCES' || errno === 'EPERM' ? 'file-forbidden' : 'read-failed'
  return new ImageError(reason, { path: file, errno }, { cause: error })
}
