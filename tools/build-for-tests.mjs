/**
 * `node tools/build-for-tests.mjs FOLDER`: the programs alone, and whatever they look for beside themselves, in a
 * folder that stands for a checkout. test/helpers/built-programs.ts runs them. Nothing in dist/ is touched.
 */
import './require-node.mjs'
import { cpSync, existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { build } from 'esbuild'
import { root } from './build-stamp.mjs'
import { programBuilds, workerBuild } from './build.mjs'

const folder = process.argv[2]
if (folder === undefined) throw new Error('Which folder?')
/**
 * Threads that stand for those of the product, built as those are.
 *
 * @type {import('esbuild').BuildOptions}
 */
const testWorkers = {
  ...workerBuild,
  entryPoints: [
    'test/services/workers/scripted-engine-worker.ts',
    'test/services/workers/scripted-scan-worker.ts',
    'test/services/workers/killing-engine-worker.ts',
  ],
}
const dist = path.join(folder, 'dist')
await Promise.all(
  [...programBuilds, testWorkers]
    .filter(({ outdir }) => outdir !== undefined)
    .map((options) => build({ ...options, outdir: dist, write: true })),
)
cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'))
const window = path.join(root, 'dist/renderer')
if (existsSync(window)) cpSync(window, path.join(dist, 'renderer'), { recursive: true })
