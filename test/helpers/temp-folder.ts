import { statfsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A folder below the system's temporary folder that is gone when its scope ends. */
export interface TempFolder extends AsyncDisposable {
  readonly path: string
  /** An absolute path inside the folder; nothing is created. */
  file(...names: string[]): string
}

/** `await using folder = await tempFolder()` */
export const tempFolder = (label = 'test'): Promise<TempFolder> => folderIn(tmpdir(), label)

/** Of what `statfs` says: a file system in memory (linux/magic.h). */
const TMPFS_MAGIC = 0x01021994

/** A folder on a disk, where files have a greatest length; in memory, where `npm test` has its files, they have none. */
export const folderOnDisk = (label = 'test'): Promise<TempFolder> =>
  folderIn(statfsSync(tmpdir()).type === TMPFS_MAGIC ? '/var/tmp' : tmpdir(), label)

export async function folderIn(parent: string, label: string): Promise<TempFolder> {
  const root = await mkdtemp(path.join(parent, `platter-${label}-`))
  return {
    path: root,
    file: (...names) => path.join(root, ...names),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
