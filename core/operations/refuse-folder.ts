import { ImageError } from '../errors/image-error.ts'
import type { Environment } from '../image/environment.ts'

/** Throws `file-is-folder` when `path` is one: nothing can be put in its place, whatever somebody agrees to. */
export async function refuseFolder(
  { openFile }: Pick<Environment, 'openFile'>,
  path: string,
): Promise<void> {
  try {
    await using _file = await openFile(path)
  } catch (error) {
    if (error instanceof ImageError && error.reason === 'file-is-folder') throw error
  }
}
