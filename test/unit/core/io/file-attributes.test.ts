import { closeSync, openSync } from 'node:fs'
import { chmod, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { extendedAttributes } from '../../../../core/io/extended-attributes.ts'
import { copyAttributes } from '../../../../core/io/file-attributes.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

const accessList = 'system.posix_acl_access'
/** Owner rw, user 1001 r, group r, mask r, others nothing (linux/posix_acl_xattr.h). */
const list = Buffer.from(
  '02000000' +
    '01000600ffffffff' +
    '02000400e9030000' +
    '04000400ffffffff' +
    '10000400ffffffff' +
    '20000000ffffffff',
  'hex',
)

/** For `test.skipIf`: other platforms keep no such attributes, or we do not know their calls. */
const attributes = extendedAttributes()

function withOpen<Result>(path: string, work: (fd: number) => Result): Result {
  const fd = openSync(path, 'r')
  try {
    return work(fd)
  } finally {
    closeSync(fd)
  }
}

const namesOf = (path: string) =>
  withOpen(path, (fd) => attributes?.list(fd) ?? []).filter((name) => !name.startsWith('security.'))

async function twoFiles(folder: TempFolder) {
  const [from, to] = [folder.file('from'), folder.file('to')]
  await writeFile(from, 'old')
  await writeFile(to, 'new')
  return { from, to }
}

test('mode and times go along', async () => {
  await using folder = await tempFolder()
  const { from, to } = await twoFiles(folder)
  await chmod(from, 0o604)
  await utimes(from, 1_500_000_000.25, 1_500_000_001.5)
  copyAttributes(from, to)
  const { mode, mtimeMs } = await stat(to)
  expect([mode % 0o10000, mtimeMs]).toEqual([0o604, 1_500_000_001_500])
})

test.skipIf(attributes === undefined)(
  'what people attached and the access list go along',
  async () => {
    await using folder = await tempFolder()
    const { from, to } = await twoFiles(folder)
    withOpen(from, (fd) => {
      attributes?.set(fd, 'user.origin', Buffer.from('golden image'))
      attributes?.set(fd, accessList, list)
    })
    copyAttributes(from, to)
    expect(namesOf(to).toSorted()).toEqual([accessList, 'user.origin'])
    const values = withOpen(to, (fd) => [
      attributes?.get(fd, 'user.origin'),
      attributes?.get(fd, accessList),
    ])
    expect(values.map((value) => Buffer.from(value ?? []).toString('latin1'))).toEqual([
      'golden image',
      list.toString('latin1'),
    ])
    expect((await stat(to)).mode).toBe((await stat(from)).mode)
  },
)

test.skipIf(attributes === undefined)('nobody gains rights by the list of the folder', async () => {
  await using folder = await tempFolder()
  const { from, to } = await twoFiles(folder)
  await chmod(from, 0o600)
  // As a default list of the folder would have given it.
  withOpen(to, (fd) => attributes?.set(fd, accessList, list))
  copyAttributes(from, to)
  expect(namesOf(to)).toEqual([])
  expect((await stat(to)).mode % 0o10000).toBe(0o600)
})

test.skipIf(process.platform === 'win32')('nothing is given through a symbolic link', async () => {
  await using folder = await tempFolder()
  const { from, to } = await twoFiles(folder)
  await chmod(from, 0o666)
  await chmod(to, 0o600)
  await symlink(to, folder.file('link'))
  expect(() => copyAttributes(from, folder.file('link'))).toThrow(
    expect.objectContaining({ name: 'ImageError' }),
  )
  expect((await stat(to)).mode % 0o10000).toBe(0o600)
})
