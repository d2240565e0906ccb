/** Which Trash of a volume an account may use. */
import { chmod, chown, lstat, mkdir, rm, symlink } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { trashFolderAt } from '../../../main/files/trash-places.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const uid = process.getuid?.() ?? 0

it('the shared Trash is used where it is sticky, and this account’s part of it is its own', async () => {
  await using folder = await tempFolder('volume')
  const top = folder.path
  const [shared, own] = [folder.file('.Trash', String(uid)), folder.file(`.Trash-${uid}`)]
  const found = async (): Promise<string | undefined> => (await trashFolderAt(top, uid))?.path

  expect(await found()).toBe(own)
  await mkdir(folder.file('.Trash'))
  await chmod(folder.file('.Trash'), 0o777)
  expect(await found()).toBe(own)
  await chmod(folder.file('.Trash'), 0o1777)
  expect(await found()).toBe(shared)
  await mkdir(shared, { mode: 0o700 })
  expect(await found()).toBe(shared)

  await rm(shared, { recursive: true })
  await mkdir(folder.file('elsewhere'))
  await symlink(folder.file('elsewhere'), shared)
  expect(await found()).toBe(own)
  await symlink(folder.file('elsewhere'), own)
  expect(await found()).toBeUndefined()
})

it.runIf(uid === 0)('a part that somebody else made is not used', async () => {
  await using folder = await tempFolder('volume')
  await mkdir(folder.file('.Trash', '0'), { recursive: true })
  await chmod(folder.file('.Trash'), 0o1777)
  await chown(folder.file('.Trash', '0'), 54_321, 54_321)
  expect((await lstat(folder.file('.Trash', '0'))).uid).toBe(54_321)
  expect((await trashFolderAt(folder.path, 0))?.path).toBe(folder.file('.Trash-0'))
})
