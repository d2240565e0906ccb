import { ImageError } from '../../core/index.ts'
import { isSameFile } from './same-file.ts'

/** Standard input under the name of a file, where the system gives it one. */
const STANDARD_INPUT = '/dev/stdin'

/**
 * Throws `output-is-source` when what is to be written is the file that is read: by its own name, by
 * another, or, where the source is `-`, redirected into standard input.
 */
export async function refuseOwnSource(source: string, target: string): Promise<void> {
  const [file, name] = source === '-' ? [STANDARD_INPUT, 'standard input'] : [source, source]
  if (await isSameFile(file, target)) {
    throw new ImageError('output-is-source', { path: target, link: name })
  }
}
