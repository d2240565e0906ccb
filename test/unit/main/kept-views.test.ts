import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { KeptViews } from '../../../main/settings/kept-views.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const fail = (error: unknown): never => {
  throw error
}

test('how each window was left is there after a restart', async () => {
  await using folder = await tempFolder('views')
  const views = new KeptViews(folder.path, fail)
  expect(views.of(undefined)).toBeUndefined()
  views.keep(undefined, 'the library')
  views.keep(7, 'an image')
  views.keep(7, 'the image')
  await views.close()
  const again = new KeptViews(folder.path, fail)
  expect(again.of(undefined)).toBe('the library')
  expect(again.of(7)).toBe('the image')
  expect(again.of(8)).toBeUndefined()
})

test('the images left longest ago are forgotten, the library never', async () => {
  await using folder = await tempFolder('views')
  const views = new KeptViews(folder.path, fail)
  views.keep(undefined, 'the library')
  for (let id = 1; id <= 300; id += 1) views.keep(id, `image ${id}`)
  await views.close()
  const kept = JSON.parse(await readFile(folder.file('windows.json'), 'utf8')) as object
  expect(Object.keys(kept)).toHaveLength(101)
  const again = new KeptViews(folder.path, fail)
  expect(again.of(undefined)).toBe('the library')
  expect(again.of(200)).toBeUndefined()
  expect(again.of(300)).toBe('image 300')
})

test.each(['', '[', '[1]', '{"library":5}'])('a file that holds %j is as none', async (text) => {
  await using folder = await tempFolder('views')
  await writeFile(folder.file('windows.json'), text)
  expect(new KeptViews(folder.path, fail).of(undefined)).toBeUndefined()
})
