/**
 * Files that many tests begin with, made once for all of a run: making an image starts five programs, copying it one.
 * `npm test` says where they are kept, and removes them; without that, each test makes its own.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { launch } from './launcher.ts'

const keptIn = process.env['PLATTER_TESTS_KEPT']

/**
 * What `make` puts into a folder, in `folder`; answers as `make` does: with the path of the one file that it is about.
 * The files may name one another, not their folder.
 */
export async function copyOfMade(
  name: string,
  folder: string,
  make: (folder: string) => Promise<string>,
): Promise<string> {
  if (keptIn === undefined) return await make(folder)
  const kept = path.join(keptIn, name)
  if (!existsSync(kept)) await makeOnce(kept, make)
  const copied = await launch('cp', ['--archive', `${path.join(kept, 'files')}/.`, folder])
  if (copied.exitCode !== 0) throw new Error(copied.stderr)
  return path.join(folder, await readFile(path.join(kept, 'name'), 'utf8'))
}

/** Appears whole. Tests side by side may make it both: the first one counts. */
async function makeOnce(kept: string, make: (folder: string) => Promise<string>): Promise<void> {
  await mkdir(path.dirname(kept), { recursive: true })
  const unfinished = await mkdtemp(`${kept}-`)
  const files = path.join(unfinished, 'files')
  await mkdir(files)
  await writeFile(path.join(unfinished, 'name'), path.basename(await make(files)))
  try {
    await rename(unfinished, kept)
  } catch (error) {
    await rm(unfinished, { recursive: true })
    if (!existsSync(kept)) throw error
  }
}
