import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { NodeFile } from '../../../../core/io/node-file.ts'
import { holdWholeFile } from '../../../../core/io/whole-file-lock.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

test.each([
  ['writer', 'writer', 'refused'],
  ['writer', 'reader', 'refused'],
  ['reader', 'writer', 'refused'],
  ['reader', 'reader', 'locked'],
] as const)('beside a %s, a %s is %s, until the first is closed', async (first, second, answer) => {
  await using folder = await tempFolder()
  await writeFile(folder.file('a'), '')
  await using mine = NodeFile.open(folder.file('a'))
  await using theirs = NodeFile.open(folder.file('a'))
  expect(holdWholeFile(mine.fd, first)).toBe('locked')
  expect(holdWholeFile(theirs.fd, second)).toBe(answer)
  await mine.close()
  expect(holdWholeFile(theirs.fd, second)).toBe('locked')
})
