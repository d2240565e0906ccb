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
export async function tempFolder(label = 'test'): Promise<TempFolder> {
  const root = await mkdtemp(path.join(tmpdir(), `platter-${label}-`))
  return {
    path: root,
    file: (...names) => path.join(root, ...names),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
