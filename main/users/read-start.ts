import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'

/** Windows has no such flag; elsewhere it keeps a pipe that was put in the file's place from hanging us. */
const neverWait = constants.O_NONBLOCK ?? 0

/**
 * Up to `limit` bytes of a regular file from `at` on, or undefined when it is none. Devices and pipes are not even
 * opened. Throws what the system says when the file cannot be read.
 */
export async function readStart(file: string, limit: number, at = 0): Promise<Buffer | undefined> {
  if (!(await stat(file)).isFile()) return undefined
  const handle = await open(file, constants.O_RDONLY | neverWait)
  try {
    const facts = await handle.stat()
    if (!facts.isFile()) return undefined
    const bytes = Buffer.alloc(Math.max(0, Math.min(limit, facts.size - at)))
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, at)
    return bytes.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
