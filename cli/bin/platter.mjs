#!/usr/bin/env node
/**
 * `platter`: finds Node 24 (which `npm ci` brings along), builds when the sources changed, and hands
 * over to dist/cli/main.js in this process. Plain JavaScript that any Node from 20 on can run.
 */
import { existsSync } from 'node:fs'
import { spawn } from 'node:child_process'
import module from 'node:module'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const wantedNode = 24
const root = new URL('../../', import.meta.url)

if (Number(process.versions.node.split('.')[0]) >= wantedNode) await run()
else goOnWithProjectNode()

async function run() {
  // A third of a short run is compiling. The cache lies beside the code it is made of, so that nobody
  // can plant code there who could not change the code itself; where that is read-only there is none.
  module.enableCompileCache(fileURLToPath(new URL('dist/.compile-cache', root)))
  // A packaged copy has no sources to compare with.
  if (existsSync(new URL('tools/ensure-built.mjs', root))) {
    /** @type {string} Not a literal: a packaged copy has nothing there to resolve. */
    const tool = new URL('tools/ensure-built.mjs', root).href
    const { ensureBuilt } = await import(tool)
    try {
      await ensureBuilt(process.argv[2] === 'web' ? ['programs', 'window'] : ['programs'])
    } catch {
      // The build tools have told what and where; a stack of theirs would bury it.
      console.error('platter: its sources do not build, so nothing was started.')
      process.exitCode = 1
      return
    }
  }
  const { main } = await import(new URL('dist/cli/main.js', root).href)
  await main(process.argv.slice(2))
}

function goOnWithProjectNode() {
  const node = projectNode()
  if (node === undefined) {
    console.error(
      `platter needs Node ${wantedNode}; this is Node ${process.versions.node}. ` +
        'Run "npm ci" in its folder, which brings Node 24 along, or install Node 24.',
    )
    process.exitCode = 1
    return
  }
  // Descriptors above 2 are passed on for --progress-fd, which names one of them.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', ...extraDescriptors()],
  })
  // From a terminal the child gets Ctrl-C itself; a signal sent to this process alone is passed on.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT')
  })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.once('error', (error) => {
    console.error(`platter could not start ${node}: ${error.message}`)
    process.exit(1)
  })
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}

function projectNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const program = process.platform === 'win32' ? 'node.exe' : 'node'
  const url = new URL(`node_modules/node-${platform}-${process.arch}/bin/${program}`, root)
  return existsSync(url) ? fileURLToPath(url) : undefined
}

/** @returns {(number | 'ignore')[]} */
function extraDescriptors() {
  const at = process.argv.findIndex((argument) => /^--progress-fd(=|$)/.test(argument))
  const word = process.argv[at]
  if (word === undefined) return []
  const fd = Number(word.includes('=') ? word.split('=')[1] : process.argv[at + 1])
  if (!Number.isInteger(fd) || fd < 3 || fd > 255) return []
  // A child's descriptor has the index of its place in the list.
  return Array.from({ length: fd - 2 }, (_, index) => (index + 3 === fd ? fd : 'ignore'))
}
