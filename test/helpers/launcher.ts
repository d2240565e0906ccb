/**
 * Starts programs from a small process beside the test. Starting one copies the page tables of whoever starts
 * it: 50 ms of processor time from a test process of 400 MB, 3 ms from this one, and the tests start thousands.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface LaunchOptions {
  readonly cwd?: string
  /** Default: that of the test process when the first program was started. */
  readonly env?: NodeJS.ProcessEnv
  /** A program that runs longer is killed and reported with its signal. */
  readonly timeoutMs?: number
}

export interface Ended {
  readonly exitCode: number | undefined
  readonly signal: NodeJS.Signals | undefined
  readonly stdout: string
  readonly stderr: string
}

interface Answer {
  readonly id: number
  readonly failed?: { readonly code: string | undefined; readonly message: string }
  readonly ended?: {
    readonly exitCode: number | null
    readonly signal: NodeJS.Signals | null
    readonly stdout: Uint8Array
    readonly stderr: Uint8Array
  }
}

interface Launcher {
  readonly process: ChildProcess
  readonly waiting: Map<number, PromiseWithResolvers<Ended>>
}

let launcher: Launcher | undefined
let lastId = 0

/** Runs a program without input to its end. Rejects with the code of the system when it cannot be started. */
export function launch(
  program: string,
  args: readonly string[],
  { cwd, env, timeoutMs }: LaunchOptions = {},
): Promise<Ended> {
  launcher ??= startLauncher()
  const { process: child, waiting } = launcher
  const id = ++lastId
  const ended = Promise.withResolvers<Ended>()
  waiting.set(id, ended)
  // Only while somebody waits may it keep the test process alive.
  child.channel?.ref()
  child.send({
    id,
    program,
    args,
    options: {
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: 'SIGKILL' }),
    },
  })
  return ended.promise
}

function startLauncher(): Launcher {
  const child = fork(fileURLToPath(new URL('launcher-program.mjs', import.meta.url)), [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const waiting: Launcher['waiting'] = new Map()
  child.on('message', ({ id, failed, ended }: Answer) => {
    const answer = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0) child.channel?.unref()
    if (failed !== undefined) {
      answer?.reject(Object.assign(new Error(failed.message), { code: failed.code }))
    } else if (ended !== undefined) {
      answer?.resolve({
        exitCode: ended.exitCode ?? undefined,
        signal: ended.signal ?? undefined,
        stdout: Buffer.from(ended.stdout).toString('utf8'),
        stderr: Buffer.from(ended.stderr).toString('utf8'),
      })
    }
  })
  child.on('exit', (code) => {
    launcher = undefined
    for (const answer of waiting.values()) {
      answer.reject(new Error(`the process that starts programs ended with ${code}`))
    }
  })
  child.unref()
  child.channel?.unref()
  return { process: child, waiting }
}
