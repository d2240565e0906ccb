import { statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TempFolder } from './temp-folder.ts'

/** Linux has a second volume that everybody may write to. */
const memory = '/dev/shm'

/** For `test.skipIf`: whether this system has no second volume for tests. */
export const hasOneVolume =
  statSync(memory, { throwIfNoEntry: false })?.dev === undefined ||
  statSync(memory).dev === statSync(tmpdir()).dev

/** A folder on another volume than `tempFolder` has them on; gone when its scope ends. */
export async function folderOnOtherVolume(label = 'test'): Promise<TempFolder> {
  const root = await mkdtemp(path.join(memory, `platter-${label}-`))
  return {
    path: root,
    file: (...names) => path.join(root, ...names),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
