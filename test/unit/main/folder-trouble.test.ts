import { mkdir, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { lockDataFolder } from '../../../main/data-lock.ts'
import { openSound } from '../../../main/history/database.ts'
import { openLog } from '../../../main/log/logger.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const unusable: unknown = expect.objectContaining({ reason: 'data-folder-unusable' })

test('a data folder that cannot be made is told in words, not as a defect', async () => {
  await using folder = await tempFolder()
  // Permissions do not stop the superuser; a file where the folder should be stops everybody.
  await writeFile(folder.file('taken'), '')
  const inside = folder.file('taken', 'platter')
  expect(() => lockDataFolder(inside)).toThrow(unusable)
  expect(() => openSound(`${inside}/platter.db`)).toThrow(unusable)
  expect(() => openLog(inside, 'info')).toThrow(unusable)
})

test('a database that SQLite may not open is not taken for a running Platter', async () => {
  await using folder = await tempFolder()
  await mkdir(folder.file('platter.lock'))
  await mkdir(folder.file('platter.db'))
  expect(() => lockDataFolder(folder.path)).toThrow(unusable)
  expect(() => openSound(folder.file('platter.db'))).toThrow(unusable)
})
