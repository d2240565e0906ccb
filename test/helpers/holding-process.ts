import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('holder-program.ts', import.meta.url))

export type HoldingOrder = 'write' | 'hold' | 'bare' | 'close'

export interface HoldingProcess extends AsyncDisposable {
  readonly pid: number
  /** `done`, or the error it met, as JSON. */
  order(what: HoldingOrder): Promise<string>
  /** As a power cut: the process is gone when this resolves, and had no chance to close anything. */
  kill(): Promise<void>
}

/** Another Platter process that opens and holds `path` when told; ends when its scope ends. */
export async function holdingProcess(path: string, ...args: string[]): Promise<HoldingProcess> {
  const child = spawn(process.execPath, [program, path, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]()
  await once(child, 'spawn')
  const { pid } = child
  if (pid === undefined) throw new Error('the holding process has no process id')
  return {
    pid,
    async order(what) {
      child.stdin.write(`${what}\n`)
      const answer = await answers.next()
      if (answer.done === true) throw new Error('the holding process ended')
      return answer.value
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
    },
  }
}
