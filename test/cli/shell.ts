/** Lines of shell in which `platter` is the real program: for pipes, redirections and limits. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { boundBy, entry, entryEnvironment } from './run-platter.ts'

export interface ShellRun {
  /** That of the last command of a pipe that failed. */
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs `command` in bash, in `cwd`. The super-user is bound by permissions. */
export async function shell(command: string, cwd: string): Promise<ShellRun> {
  const script = `set -o pipefail\nplatter() { '${process.execPath}' '${entry}' "$@"; }\nexport -f platter\n${command}`
  const [bash = '', ...words] = boundBy(['bash', '--norc', '-c', script])
  const child = spawn(bash, words, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...entryEnvironment,
      PLATTER_DATA: path.join(cwd, '.data'),
      PLATTER_LOGS: path.join(cwd, '.data'),
      SHELL: '/bin/bash',
      NO_COLOR: '1',
    },
  })
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { exitCode: code ?? undefined, stdout, stderr }
}
