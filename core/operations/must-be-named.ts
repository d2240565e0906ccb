import { ImageError } from '../errors/image-error.ts'
import type { Environment } from '../image/environment.ts'
import type { BlockFile } from '../storage/block-file.ts'

/**
 * Somebody may have put another file there, although this one is held: nothing hinders a rename over it. Asked last
 * before a name goes or is taken by another file. Throws `file-changed`.
 */
export async function mustBeNamed(
  host: Pick<Environment, 'openFile'>,
  { identity }: BlockFile,
  path: string,
): Promise<void> {
  await using named = await host.openFile(path)
  const now = named.identity
  if (now?.device === identity?.device && now?.inode === identity?.inode) return
  throw new ImageError('file-changed', { path, found: 'another file' })
}
