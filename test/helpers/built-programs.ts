/**
 * The command line and the threads of the services as people run them: built, in few files, with Node's compile cache.
 * From the sources each start would strip the types of hundreds of modules first, and the tests start them by the thousand.
 *
 * A build has a folder of its own, named after the state of the sources, and nobody changes it afterwards:
 * test runs side by side may be at different states while someone edits. The first that needs one makes it.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

export interface BuiltPrograms {
  /** What was built of a source, such as `cli/main.ts`: the entry of a program or of a thread. */
  readonly file: (source: string) => URL
  /** What its environment needs besides. */
  readonly env: Readonly<Record<string, string>>
}

const run = promisify(execFile)

const rootUrl = new URL('../../', import.meta.url)
const root = fileURLToPath(rootUrl)
const builds = path.join(root, 'dist/tests')
const sources = [
  'cli',
  'core',
  'ipc',
  'main',
  'preload',
  'test/services/workers',
  'tools/build.mjs',
  'tools/build-for-tests.mjs',
  'package-lock.json',
]

/** Nobody runs tests with an older one any more. */
const forgottenAfterMs = 3_600_000

/**
 * Finds or makes the build of the sources as they are now. Sources that cannot be built (half-way through an
 * edit) are started as they are, so that a test fails for what it tests; `npm test` has built before.
 */
export async function builtPrograms(): Promise<BuiltPrograms> {
  for (;;) {
    const state = await stateOfSources()
    const folder = path.join(builds, state)
    try {
      if (!existsSync(folder)) await buildOnce(folder, state)
      // Whoever removes old ones goes by this time.
      await utimes(folder, new Date(), new Date())
    } catch (error) {
      // Nobody made it, because the sources changed, or whoever was waited for could not.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue
      console.warn(`The sources do not build and are run as they are: ${String(error)}`)
      return { file: (source) => new URL(source, rootUrl), env: {} }
    }
    return {
      file: (source) => pathToFileURL(path.join(folder, 'dist', source.replace(/\.ts$/, '.js'))),
      env: { NODE_COMPILE_CACHE: path.join(folder, 'compile-cache') },
    }
  }
}

/** Changes with every file's name, length and time. */
async function stateOfSources(): Promise<string> {
  const hash = createHash('sha256')
  for (const source of sources) {
    const place = path.join(root, source)
    const isFolder = (await stat(place)).isDirectory()
    const below = isFolder ? await readdir(place, { recursive: true }) : ['']
    for (const name of below.toSorted()) {
      const facts = await stat(path.join(place, name)).catch((): undefined => undefined)
      if (facts?.isFile() === true) {
        hash.update(`${source}/${name} ${facts.size} ${facts.mtimeMs}\n`)
      }
    }
  }
  return hash.digest('hex').slice(0, 16)
}

/** Makes the folder, or waits while another process does. It may be missing afterwards: look again. */
async function buildOnce(folder: string, state: string): Promise<void> {
  await mkdir(builds, { recursive: true })
  const lock = `${folder}.lock`
  if (!(await tryLock(lock))) {
    while (await isHeld(lock)) await delay(20)
    return
  }
  const unfinished = `${folder}.${process.pid}`
  try {
    if (existsSync(folder)) return
    await removeForgotten()
    await run(process.execPath, [path.join(root, 'tools/build-for-tests.mjs'), unfinished])
    // Edited meanwhile: nobody knows which state this is a build of.
    if ((await stateOfSources()) === state && !existsSync(folder)) await rename(unfinished, folder)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
    await rm(lock, { force: true })
  }
}

/** The lock appears with its holder's number in it. */
async function tryLock(lock: string): Promise<boolean> {
  const claim = `${lock}.${process.pid}`
  try {
    await writeFile(claim, String(process.pid))
    await link(claim, lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(claim, { force: true })
  }
}

/** Removes the lock of a process that was killed while it built. */
async function isHeld(lock: string): Promise<boolean> {
  try {
    process.kill(Number(await readFile(lock, 'utf8')), 0)
    return true
  } catch (error) {
    // No such file, or no such process.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') await rm(lock, { force: true })
    return false
  }
}

async function removeForgotten(): Promise<void> {
  for (const name of await readdir(builds)) {
    const place = path.join(builds, name)
    const facts = await stat(place).catch((): undefined => undefined)
    if (facts !== undefined && Date.now() - facts.mtimeMs > forgottenAfterMs) {
      await rm(place, { recursive: true, force: true })
    }
  }
}
