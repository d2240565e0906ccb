import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const launcher = fileURLToPath(new URL('../../cli/bin/platter.mjs', import.meta.url))

describe('the launcher', () => {
  it('starts the built command line in this process', async () => {
    const { stdout } = await run(process.execPath, [launcher, '--version'])
    expect(stdout).toBe('0.1.0\n')
  })

  it('hands exit codes through', async () => {
    await expect(run(process.execPath, [launcher, 'nonsense'])).rejects.toMatchObject({ code: 64 })
  })

  // The system's Node is what `npx platter` may start with; where it is Node 24 already, the first test
  // was this one.
  it.runIf(existsSync('/usr/bin/node'))(
    "goes on with the project's Node from an older one",
    async () => {
      const { stdout } = await run('/usr/bin/node', [launcher, '--version'])
      expect(stdout).toBe('0.1.0\n')
    },
  )
})
