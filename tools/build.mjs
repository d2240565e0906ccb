/**
 * `npm run build`: sources to dist/. Skips targets that are up to date; `--force` builds them anyway.
 *
 *   main/ cli/                   esbuild, ESM with shared chunks    dist/main/ dist/cli/
 *   workers                      esbuild, one ESM file each         dist/main/
 *   preload/                     esbuild, one CommonJS file         dist/preload/preload.cjs
 *   renderer/                    vite                               dist/renderer/
 *
 * Modules are bundled so that starting reads few files; the native ones stay packages.
 */
import './require-node.mjs'
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { isFresh, replaceFile, root, writeStamp } from './build-stamp.mjs'

/** @typedef {import('./build-stamp.mjs').Target} Target */
/** @typedef {import('esbuild').BuildOptions} EsbuildOptions */

/** @type {readonly Target[]} */
const allTargets = ['programs', 'window']

/** Entries keep their place below dist/, so that one finds another by a relative URL. */
const entryPoints = ['main/electron.ts', 'main/web.ts', 'cli/main.ts']

/** @type {EsbuildOptions} */
const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  external: ['electron', 'better-sqlite3', 'koffi'],
  metafile: true,
  write: false,
  logLevel: 'warning',
}

/** Packages that are CommonJS ask for Node's own modules with require. */
const requireBanner = {
  js: "import { createRequire as platterCreateRequire } from 'node:module'; const require = platterCreateRequire(import.meta.url);",
}

/**
 * Whole files without chunks: the packaged app keeps them outside its archive.
 *
 * @type {EsbuildOptions}
 */
export const workerBuild = {
  ...shared,
  entryPoints: ['main/jobs/engine-worker.ts', 'main/images/scan-worker.ts'],
  outdir: 'dist',
  outbase: '.',
  format: 'esm',
  banner: requireBanner,
}

/**
 * What a build of the programs consists of.
 *
 * @type {readonly EsbuildOptions[]}
 */
export const programBuilds = [
  {
    ...shared,
    entryPoints,
    outdir: 'dist',
    outbase: '.',
    format: 'esm',
    splitting: true,
    // Chunks lie beside the entries of main/, where main/places.ts expects itself to be.
    chunkNames: 'main/chunk-[hash]',
    banner: requireBanner,
  },
  workerBuild,
  {
    ...shared,
    entryPoints: ['preload/preload.ts'],
    outfile: 'dist/preload/preload.cjs',
    // A sandboxed preload script is one CommonJS file with nothing to load but electron.
    format: 'cjs',
  },
]

/** @param {readonly Target[]} targets */
export async function build(targets) {
  for (const target of targets) {
    const startedAt = performance.now()
    await (target === 'programs' ? buildPrograms() : buildWindow())
    // On stderr: `platter info --json` may build first, and its stdout belongs to the answer.
    console.error(`built ${target} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  }
}

async function buildPrograms() {
  const startedAt = Date.now()
  const esbuild = await import('esbuild')
  const results = await Promise.all(programBuilds.map((options) => esbuild.build(options)))
  writePrograms(results, startedAt)
}

/**
 * Writes what changed, removes what no longer belongs, and stamps.
 *
 * @param {readonly import('esbuild').BuildResult[]} results
 * @param {number} startedAt When the build began, in milliseconds since 1970.
 */
export function writePrograms(results, startedAt) {
  const outputs = results.flatMap((result) => result.outputFiles ?? [])
  for (const output of outputs) {
    const same = existsSync(output.path) && readFileSync(output.path).equals(output.contents)
    if (!same) replaceFile(output.path, output.contents)
  }
  const wanted = new Set(outputs.map((output) => output.path))
  for (const folder of ['main', 'cli', 'preload'])
    removeOthers(path.join(root, 'dist', folder), wanted)
  // Node never removes what it compiled from files that are gone.
  rmSync(path.join(root, 'dist/.compile-cache'), { recursive: true, force: true })
  const inputs = results.flatMap((result) => Object.keys(result.metafile?.inputs ?? {}))
  writeStamp('programs', { inputs, startedAt })
}

/**
 * @param {string} folder
 * @param {ReadonlySet<string>} wanted
 */
function removeOthers(folder, wanted) {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (entry.isFile() && file.endsWith('js') && !wanted.has(file)) rmSync(file)
  }
}

async function buildWindow() {
  const vite = await import('vite')
  await vite.build(windowBuild())
}

/**
 * What the build of the window consists of. Stamps each time it has written.
 *
 * @param {{ onWritten?: () => void }} [options]
 * @returns {import('vite').InlineConfig}
 */
export function windowBuild({ onWritten } = {}) {
  let startedAt = Date.now()
  /** @type {readonly string[]} */
  let modules = []
  return {
    configFile: path.join(root, 'renderer/vite.config.ts'),
    logLevel: 'warn',
    plugins: [
      {
        name: 'platter-stamp',
        buildStart() {
          startedAt = Date.now()
        },
        generateBundle() {
          modules = [...this.getModuleIds()]
        },
        writeBundle() {
          stampWindow(modules, startedAt)
          onWritten?.()
        },
      },
    ],
  }
}

/**
 * @param {readonly string[]} modules
 * @param {number} startedAt
 */
function stampWindow(modules, startedAt) {
  // Modules have queries (?url) or are virtual (\0); styles that import styles are no modules.
  const files = modules.map((id) => id.split('?')[0] ?? id).filter((id) => existsSync(id))
  const own = readdirSync(path.join(root, 'renderer'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  writeStamp('window', { inputs: [...files, ...own], startedAt })
}

if (import.meta.main) {
  const forced = process.argv.includes('--force')
  const stale = allTargets.filter((target) => forced || !isFresh(target))
  if (stale.length === 0) console.log('dist is up to date')
  try {
    await build(stale)
  } catch {
    // The build tools have told what and where; a stack of theirs would bury it.
    console.error('The build failed; dist is as it was before.')
    process.exitCode = 1
  }
}
