/** `node test/cli/update-documents.ts`: runs the commands in the pages and writes what they print into them. */
import { readFile, writeFile } from 'node:fs/promises'
import { documents, prepare } from './documents.ts'
import { withOutputs } from './transcript/document.ts'

for (const name of documents) {
  const file = new URL(`../../${name}`, import.meta.url)
  const page = await readFile(file, 'utf8')
  const now = await withOutputs(page, prepare)
  if (now === page) continue
  await writeFile(file, now)
  console.log(`${name} is new`)
}
