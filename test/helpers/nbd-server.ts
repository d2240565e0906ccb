import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { connect, type Socket } from 'node:net'
import path from 'node:path'

export interface NbdServer extends AsyncDisposable {
  readonly pid: number
}

/**
 * A qemu-nbd that exports an image on a socket in the image's folder, ready when this resolves; ends
 * when its scope ends.
 */
export async function nbdServer(image: string, ...args: string[]): Promise<NbdServer> {
  const socket = `${image}.socket`
  const appeared = nameAppears(socket)
  const child = spawn('qemu-nbd', [...args, '-k', socket, image], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (complaints += piece))
  const ended = once(child, 'close').then(() => {
    throw new Error(`qemu-nbd ended: ${complaints}`)
  })
  // The socket is there before the image is open; the greeting on it comes after.
  const greeted = appeared.then(() => greeting(socket)).catch(() => ended)
  const client = await Promise.race([greeted, ended])
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

async function greeting(socket: string): Promise<Socket> {
  const client = connect(socket)
  await once(client, 'data')
  return client
}
