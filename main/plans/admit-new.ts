import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { ImageError } from '../../core/index.ts'

/**
 * A path that the window named and nothing has yet, as the services may use it: its folder decides, and is resolved.
 * Throws `invalid-argument`, `folder-missing`, and `outside-roots` of `admit`.
 */
export async function admitNew(
  admit: (path: string) => Promise<string>,
  wanted: string,
): Promise<string> {
  if (!path.isAbsolute(wanted)) {
    throw new ImageError('invalid-argument', {
      field: 'The path',
      expected: 'an absolute path',
      found: `"${wanted}"`,
    })
  }
  const absolute = path.normalize(wanted)
  const folder = await admit(path.dirname(absolute))
  try {
    return path.join(await realpath(folder), path.basename(absolute))
  } catch (error) {
    throw new ImageError('folder-missing', { path: absolute }, { cause: error })
  }
}
