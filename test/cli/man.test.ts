import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { longName } from '../../cli/table/option.ts'
import { verbs } from '../../cli/table/verbs.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

const run = promisify(execFile)

let folder: TempFolder
let page: string
/** As someone reads it, without emphasis. */
let shown: string

beforeAll(async () => {
  folder = await tempFolder('man')
  page = folder.file('platter.1')
  const { stdout } = await platter(['man'])
  await writeFile(page, stdout)
  const formatted = await run('groff', ['-man', '-Tascii', '-P-cbou', '-rLL=2000n', page])
  shown = formatted.stdout
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('the manual page', () => {
  it('is without fault for mandoc', async () => {
    expect(await run('mandoc', ['-Tlint', page])).toEqual({ stdout: '', stderr: '' })
  })

  it('is without fault for groff', async () => {
    const { stderr } = await run('groff', ['-ww', '-man', '-Tutf8', page])
    expect(stderr).toBe('')
  })

  it.each(verbs)('tells of $name and all its options', ({ name, options, summary }) => {
    expect(shown).toContain(`platter ${name}`)
    expect(shown.toLowerCase()).toContain(summary.toLowerCase())
    for (const [property, option] of Object.entries(options)) {
      expect(shown).toContain(longName(property, option))
    }
  })
})
