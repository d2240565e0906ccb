import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface QemuSession extends AsyncDisposable {
  readonly pid: number
  /** Runs one qemu-io command and gives what it printed. */
  run(command: string): Promise<string>
}

const prompt = 'qemu-io> '

/**
 * A qemu-io process that keeps an image open, as a running VM does: for writing, or with `-r` for
 * reading. Ends, and lets go of the image, when its scope ends.
 */
export async function qemuSession(image: string, ...args: string[]): Promise<QemuSession> {
  const child = spawn('qemu-io', [...args, image], { stdio: ['pipe', 'pipe', 'pipe'] })
  let output = ''
  let complaints = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (output += piece))
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (complaints += piece))
  const ended = once(child, 'close')
  ended.catch(() => {
    // Reported by the wait below, which looks at the exit code.
  })

  const nextPrompt = async () => {
    while (!output.endsWith(prompt)) {
      if (child.exitCode !== null) throw new Error(`qemu-io ended: ${complaints}${output}`)
      await Promise.race([once(child.stdout, 'data'), ended])
    }
    const said = output.slice(0, -prompt.length)
    output = ''
    return said
  }

  await nextPrompt()
  const { pid } = child
  if (pid === undefined) throw new Error('qemu-io has no process id')
  return {
    pid,
    run(command) {
      child.stdin.write(`${command}\n`)
      return nextPrompt()
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await ended
    },
  }
}
