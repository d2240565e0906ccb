import { mkdir, symlink } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { paths } from '../../../../core/io/paths.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

test.each([
  ['/vm', '/vm', true],
  ['/vm/a.img', '/vm', true],
  ['/vm/sub/a.img', '/vm', true],
  ['/vm/..a/b', '/vm', true],
  ['/vmx/a.img', '/vm', false],
  ['/etc/passwd', '/vm', false],
  ['/', '/vm', false],
])('%s lies in %s: %s', (path, folder, expected) => {
  expect(paths.isWithin(path, folder)).toBe(expected)
})

test('real paths follow links, and a missing file is named', async () => {
  await using folder = await tempFolder()
  await mkdir(folder.file('there'))
  await symlink('there', folder.file('link'))
  expect(await paths.real(folder.file('link'))).toBe(await paths.real(folder.file('there')))
  await expect(paths.real(folder.file('gone'))).rejects.toMatchObject({ reason: 'file-missing' })
})
