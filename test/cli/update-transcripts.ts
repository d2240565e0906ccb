/**
 * `node test/cli/update-transcripts.ts [NAME...]`: replays transcripts (all, unless some are named) and
 * writes what came out into them. Placeholders that still fit stay. Review the difference before it is committed.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { replay } from './transcript/run-transcript.ts'

const folder = new URL('transcripts/', import.meta.url)
const wanted = process.argv.slice(2)
for (const name of (await readdir(folder)).toSorted()) {
  if (!name.endsWith('.t') || (wanted.length > 0 && !wanted.includes(name.slice(0, -2)))) continue
  const file = new URL(name, folder)
  const written = await readFile(file, 'utf8')
  const { written: now } = await replay(written)
  if (now === written) continue
  await writeFile(file, now)
  console.log(`${name} is new`)
}
