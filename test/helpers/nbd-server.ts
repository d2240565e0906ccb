import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { connect, type Socket } from 'node:net'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'

export interface NbdServer extends AsyncDisposable {
  readonly pid: number
}

let servers = 0

/**
 * A qemu-nbd that exports an image on a socket in the image's folder, ready when this resolves; ends
 * when its scope ends.
 */
export async function nbdServer(image: string, ...args: string[]): Promise<NbdServer> {
  // A name of its own: the socket of an earlier server of the image may lie there still.
  const socket = `${image}.${++servers}.socket`
  const appeared = nameAppears(socket)
  const child = spawn('qemu-nbd', [...args, '-k', socket, image], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (complaints += piece))
  const ended = once(child, 'close').then((): never => {
    throw new Error(`qemu-nbd ended: ${complaints}`)
  })
  // The socket is there before the image is open; the greeting on it comes after.
  const client = await Promise.race([appeared.then(() => greeted(socket, ended)), ended])
  const { pid } = child
  if (pid === undefined) throw new Error('qemu-nbd has no process id')
  return {
    pid,
    async [Symbol.asyncDispose]() {
      client.destroy()
      child.kill()
      await ended.catch(() => {
        // It was told to.
      })
    },
  }
}

function nameAppears(file: string): Promise<void> {
  const watcher = watch(path.dirname(file), { persistent: false })
  return new Promise((resolve) => {
    watcher.on('change', () => {
      if (!existsSync(file)) return
      watcher.close()
      resolve()
    })
  })
}

/** A connection that the server greeted. Refused ones are tried again for as long as it runs. */
async function greeted(socket: string, ended: Promise<never>): Promise<Socket> {
  for (;;) {
    const client = connect(socket)
    try {
      await once(client, 'data')
      return client
    } catch (error) {
      // Between bind(2) and listen(2) nobody answers yet; anything else means that the server is going.
      const isEarly = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
      if (!isEarly) return await ended
    }
    await setImmediate()
  }
}
