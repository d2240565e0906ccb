import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { program, type BenchCommand } from './bench-case.ts'

const source = fileURLToPath(new URL('engine-work.ts', import.meta.url))
/** Below dist/, from where packages that stay outside the bundle are found. */
const folder = new URL('../dist/bench/', import.meta.url)
const start = fileURLToPath(new URL('start.mjs', folder))

/** Keeps compiled code, as cli/bin/platter.mjs does. */
const startText = `import module from 'node:module'
import { fileURLToPath } from 'node:url'
module.enableCompileCache(fileURLToPath(new URL('.compile-cache', import.meta.url)))
await import('./engine-work.mjs')
`

let built: Promise<void> | undefined

/** A verb of engine-work.ts as a command; bundled when the first one is asked for. */
export async function engineWork(...args: string[]): Promise<BenchCommand> {
  built ??= bundle()
  await built
  return program(process.execPath, start, ...args)
}

async function bundle(): Promise<void> {
  await build({
    entryPoints: [source],
    outfile: fileURLToPath(new URL('engine-work.mjs', folder)),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: ['koffi'],
    logLevel: 'warning',
  })
  await writeFile(start, startText)
}
