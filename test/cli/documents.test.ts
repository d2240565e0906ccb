/** `node test/cli/update-documents.ts` writes what the commands print today into the pages. */
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { someOf } from '../helpers/some-of.ts'
import { documents, prepare } from './documents.ts'
import { withOutputs } from './transcript/document.ts'

it.each(someOf(documents, { oneIn: 2 }))(
  '%s runs as it is printed',
  { timeout: 300_000 },
  async (name) => {
    const page = await readFile(new URL(`../../${name}`, import.meta.url), 'utf8')
    expect(await withOutputs(page, prepare)).toBe(page)
  },
)
