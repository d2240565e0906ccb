/**
 * Type-checks each environment with its own configuration, so that a global that does not exist where
 * the code runs (DOM in the engine, Node in the window) does not compile.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const environments = ['node', 'renderer', 'preload', 'test', 'tools']
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url))
/** What was found the last time: a check after a small change looks at little. */
const cache = fileURLToPath(new URL('../node_modules/.cache/types', import.meta.url))
const run = promisify(execFile)

const results = await Promise.all(
  environments.map(async (environment) => {
    try {
      const remembered = `${cache}/${environment}.tsbuildinfo`
      await run(
        process.execPath,
        [
          tsc,
          '-p',
          `tsconfig.${environment}.json`,
          '--incremental',
          '--tsBuildInfoFile',
          remembered,
        ],
        { maxBuffer: 64 * 1024 * 1024 },
      )
      return { environment, output: undefined }
    } catch (error) {
      return { environment, output: String(/** @type {{ stdout?: string }} */ (error).stdout) }
    }
  }),
)
for (const { environment, output } of results) {
  if (output === undefined) console.log(`types: ${environment} is fine`)
  else {
    console.error(`types: ${environment} fails\n${output}`)
    process.exitCode = 1
  }
}
