import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { defaultSettings } from '../../../ipc/default-settings.ts'
import { SettingsStore } from '../../../main/settings/settings-store.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

test('a change is kept for the next start, and nothing is left beside the file', async () => {
  await using folder = await tempFolder()
  const store = new SettingsStore(folder.path)
  expect(store.current).toEqual(defaultSettings)
  await store.change({ theme: 'dark', units: undefined })
  expect(new SettingsStore(folder.path).current).toEqual({ ...defaultSettings, theme: 'dark' })
  expect(await readdir(folder.path)).toEqual(['settings.json'])
})

test('of changes at once the last one wins, on disk too', async () => {
  await using folder = await tempFolder()
  const store = new SettingsStore(folder.path)
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => store.change({ parallelJobs: index + 1 })),
  )
  await store.close()
  expect(new SettingsStore(folder.path).current.parallelJobs).toBe(20)
})

test('a value that does not fit falls back to its default alone', async () => {
  await using folder = await tempFolder()
  const file = folder.file('settings.json')
  await writeFile(file, JSON.stringify({ theme: 'purple', units: 'decimal', unknown: 1 }))
  const store = new SettingsStore(folder.path)
  expect(store.notice).toBeUndefined()
  expect(store.current).toEqual({ ...defaultSettings, units: 'decimal' })
})

test.each(['{ "theme": "da', '[1, 2]', ''])(
  'a damaged file (%s) is moved aside and named',
  async (text) => {
    await using folder = await tempFolder()
    await mkdir(folder.file('data'))
    await writeFile(folder.file('data', 'settings.json'), text)
    const store = new SettingsStore(folder.file('data'), () => 0)
    expect(store.current).toEqual(defaultSettings)
    expect(store.notice?.detail).toContain('settings.json.damaged-19700101-000000')
    const aside = folder.file('data', 'settings.json.damaged-19700101-000000')
    expect(await readFile(aside, 'utf8')).toBe(text)
  },
)
