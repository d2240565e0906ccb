import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'

/** Written beside, flushed and renamed: a power cut leaves the old file or the new one. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const beside = `${file}.${randomUUID()}.tmp`
  try {
    const handle = await open(beside, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}
