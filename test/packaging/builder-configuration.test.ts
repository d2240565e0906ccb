import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect, it } from 'vitest'

// The packager's own check, which has no typed public entry; it finds misspelt and misplaced keys.
const require = createRequire(import.meta.resolve('electron-builder'))
const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config') as {
  getConfig: (folder: string, file: string, options: null) => Promise<Record<string, unknown>>
  validateConfiguration: (config: unknown, logger: unknown) => Promise<void>
}
const { DebugLogger } = require('builder-util') as { DebugLogger: new (on: boolean) => unknown }

const load = () => getConfig(process.cwd(), 'electron-builder.yml', null)

it('is accepted by the packager', async () => {
  await expect(validateConfiguration(await load(), new DebugLogger(false))).resolves.toBeUndefined()
})

it('would be refused with a key the packager does not know', async () => {
  const configuration = { ...(await load()), fileAssociation: [] }
  await expect(validateConfiguration(configuration, new DebugLogger(false))).rejects.toThrow(
    'fileAssociation',
  )
})

it('has one extension per file association', async () => {
  // A list becomes one glob with a comma in it, which matches no file.
  const text = await readFile('electron-builder.yml', 'utf8')
  expect(text).not.toMatch(/ext:\s*\[/)
})
