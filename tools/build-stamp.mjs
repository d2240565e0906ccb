/**
 * Says whether what is in dist/ was built from the sources as they are now. Each build target leaves a
 * stamp with the size, time and hash of every file it read; comparing it costs one stat per file, so
 * that `npm start` and `platter` can ask every time.
 *
 * A new source file is noticed through the file that imports it; new packages through package-lock.json.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** @typedef {'programs' | 'window'} Target */
/** @typedef {{ path: string, size: number, mtimeMs: number, hash: string }} StampedFile */

export const root = fileURLToPath(new URL('..', import.meta.url))

/** What every target depends on besides the sources it reads. */
const alwaysRead = ['package-lock.json', 'tools/build.mjs', 'tools/build-stamp.mjs']

/** @param {Target} target */
const stampPath = (target) => path.join(root, 'dist', `.stamp-${target}.json`)

const require = createRequire(import.meta.url)

/** @param {string} file */
function hashOf(file) {
  // Loading it takes as long as all the stats, and most runs need no hash.
  /** @type {typeof import('node:crypto')} */
  const { createHash } = require('node:crypto')
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

/** @param {Target} target */
export function isFresh(target) {
  try {
    /** @type {StampedFile[]} */
    const files = JSON.parse(readFileSync(stampPath(target), 'utf8'))
    const touched = files.filter((file) => {
      // Every start of `platter` asks: joining the paths would take as long as asking for the files.
      const { size, mtimeMs } = statSync(root + file.path)
      return size !== file.size || mtimeMs !== file.mtimeMs
    })
    if (touched.some((file) => hashOf(path.join(root, file.path)) !== file.hash)) return false
    // Same content under another time (a checkout, a copy): stat alone is enough from now on.
    if (touched.length > 0) {
      writeStamp(target, { inputs: files.map((file) => file.path), startedAt: Date.now() })
    }
    return true
  } catch {
    // No stamp, or a source that is gone.
    return false
  }
}

/**
 * Leaves no stamp when a source changed after the build began: what was read is not known then, and
 * the next build decides.
 *
 * @param {Target} target
 * @param {{ inputs: readonly string[], startedAt: number }} build `inputs` below the root or absolute;
 *   those in node_modules are left out, because package-lock.json stands for them.
 */
export function writeStamp(target, { inputs, startedAt }) {
  const relative = inputs.map((input) => path.relative(root, path.resolve(root, input)))
  const files = [...new Set([...relative, ...alwaysRead])]
    .filter((file) => !file.startsWith('..') && !file.startsWith('node_modules'))
    .toSorted()
    .map((file) => {
      const { size, mtimeMs } = statSync(path.join(root, file))
      return { path: file, size, mtimeMs, hash: hashOf(path.join(root, file)) }
    })
  if (files.some((file) => file.mtimeMs >= startedAt)) rmSync(stampPath(target), { force: true })
  else replaceFile(stampPath(target), JSON.stringify(files, null, 1))
}

/**
 * Puts a file in place whole: another process may be running from dist/ right now.
 *
 * @param {string} file
 * @param {string | Uint8Array} content
 */
export function replaceFile(file, content) {
  mkdirSync(path.dirname(file), { recursive: true })
  const beside = `${file}.${process.pid}.new`
  writeFileSync(beside, content)
  renameSync(beside, file)
}
