import { readFile, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { RecentImages } from '../../../../main/desktop/recent-images.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

it('keeps the ten files opened last, newest first and each once, for the next start', async () => {
  await using folder = await tempFolder('recent')
  const file = folder.file('deep/recent.json')
  const recent = new RecentImages(file)
  recent.add(['/a', '/b'])
  recent.add(['/a'])
  expect(recent.paths).toEqual(['/a', '/b'])
  recent.add(Array.from({ length: 12 }, (_, index) => `/vm/${index}`))
  await recent.saved()
  const again = new RecentImages(file)
  expect(again.paths).toHaveLength(10)
  expect(again.paths[0]).toBe('/vm/11')
  again.clear()
  await again.saved()
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual([])
})

it('begins anew when the list is damaged', async () => {
  await using folder = await tempFolder('recent')
  const file = folder.file('recent.json')
  await writeFile(file, '{"not": "a list"')
  expect(new RecentImages(file).paths).toEqual([])
})
