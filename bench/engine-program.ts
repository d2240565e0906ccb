import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { program, type BenchCommand } from './bench-case.ts'

const source = fileURLToPath(new URL('engine-work.ts', import.meta.url))
/** Below dist/, from where packages that stay outside the bundle are found. */
const bundle = fileURLToPath(new URL('../dist/bench/engine-work.mjs', import.meta.url))

let built: Promise<unknown> | undefined

/** A verb of engine-work.ts as a command; bundled when the first one is asked for. */
export async function engineWork(...args: string[]): Promise<BenchCommand> {
  built ??= build({
    entryPoints: [source],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: ['koffi'],
    logLevel: 'warning',
  })
  await built
  return program(process.execPath, bundle, ...args)
}
