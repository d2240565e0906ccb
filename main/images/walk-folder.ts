import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { ImageError } from '../../core/index.ts'
import { errnoOf, errorOf } from './look-at-file.ts'
import { leadsInto } from './real-files.ts'
import type { RefusedFolder } from './scan-tasks.ts'

export interface WalkOptions {
  readonly root: string
  readonly recursive: boolean
  readonly roots: readonly string[] | undefined
  readonly signal: AbortSignal
}

/** One listed folder and the files in it. */
export interface WalkedFolder {
  readonly kind: 'folder'
  readonly path: string
  readonly files: readonly string[]
}

/**
 * Lists a folder and, when asked, all below it. Symbolic links to folders are not followed, which is
 * what keeps loops out; links to files are, as long as they stay within `roots`.
 *
 * Throws an ImageError when the root itself cannot be listed or lies outside of `roots`; a folder below it is told as `refused`.
 */
export async function* walkFolder({
  root,
  recursive,
  roots,
  signal,
}: WalkOptions): AsyncGenerator<WalkedFolder | ({ readonly kind: 'refused' } & RefusedFolder)> {
  // The library may hold folders that another shell, or this one with other roots, was given.
  if (!(await leadsInto(roots, root))) throw new ImageError('outside-roots', { path: root })
  const ahead = [root]
  for (let folder = ahead.pop(); folder !== undefined; folder = ahead.pop()) {
    signal.throwIfAborted()
    let entries: Dirent[]
    try {
      entries = await readdir(folder, { withFileTypes: true })
    } catch (error) {
      if (folder === root) throw errorOf(error, root)
      yield { kind: 'refused', path: folder, errno: errnoOf(error) }
      continue
    }
    const files: string[] = []
    for (const entry of entries) {
      const child = path.join(folder, entry.name)
      if (entry.isDirectory()) {
        if (recursive) ahead.push(child)
      } else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(child, roots)))) {
        files.push(child)
      }
    }
    yield { kind: 'folder', path: folder, files }
  }
}

async function leadsToFile(link: string, roots: readonly string[] | undefined): Promise<boolean> {
  try {
    return (await leadsInto(roots, link)) && (await stat(link)).isFile()
  } catch {
    // It leads nowhere, or to where we may not look: no image either way.
    return false
  }
}
