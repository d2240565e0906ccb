import { stat } from 'node:fs/promises'
import { ImageError } from '../../core/index.ts'
import type { FileFacts, KnownImage, Measured } from './engine-host.ts'

/**
 * Does work on the very file that is meant, with its state before and after. Throws `file-changed` when the
 * path leads to another file; work that takes a new file's name there may leave another one behind.
 */
export async function measured<Result>(
  { path, identity }: Pick<KnownImage, 'path' | 'identity'>,
  work: () => Promise<Result>,
): Promise<Measured<Result>> {
  const before = await readFileFacts(path)
  if (before.identity !== identity) {
    throw new ImageError('file-changed', {
      path,
      found: `file ${before.identity}`,
      expected: `file ${identity}`,
    })
  }
  const result = await work()
  return { result, before, after: await readFileFacts(path) }
}

/** Throws `file-missing`. */
export async function readFileFacts(path: string): Promise<FileFacts> {
  try {
    const { dev, ino, mtimeMs, size, blocks } = await stat(path, { bigint: true })
    return {
      identity: `${dev}:${ino}`,
      modifiedAt: Number(mtimeMs),
      length: Number(size),
      // POSIX counts blocks of 512 bytes here, whatever the file system's own block size.
      onDisk: Number(blocks) * 512,
    }
  } catch (error) {
    throw new ImageError('file-missing', { path }, { cause: error })
  }
}
