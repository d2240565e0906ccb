import { statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { folderIn, type TempFolder } from './temp-folder.ts'

const deviceOf = (folder: string): number | undefined =>
  statSync(folder, { throwIfNoEntry: false })?.dev

/** Linux has a volume in memory that everybody may write to; the tests' own files may lie there, or on the disk. */
const otherVolume = ['/dev/shm', '/var/tmp'].find((folder) => {
  const device = deviceOf(folder)
  return device !== undefined && device !== deviceOf(tmpdir())
})

/** For `test.skipIf`: whether this system has no second volume for tests. */
export const hasOneVolume = otherVolume === undefined

/** A folder on another volume than `tempFolder` has them on; gone when its scope ends. */
export async function folderOnOtherVolume(label = 'test'): Promise<TempFolder> {
  if (otherVolume === undefined) throw new Error('this system has no second volume for tests')
  return await folderIn(otherVolume, label)
}
