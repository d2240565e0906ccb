import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { version } from '../../../core/version.ts'

test('the engine has the version of the package', async () => {
  const file = new URL('../../../package.json', import.meta.url)
  const manifest: unknown = JSON.parse(await readFile(file, 'utf8'))
  expect(manifest).toMatchObject({ version })
})
