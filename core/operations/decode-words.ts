import { ImageError } from '../errors/image-error.ts'
import type { DecodeTarget } from './decode-result.ts'

/** What a failure means for who asked for the content of `path`. What the engine did not throw stays as it is. */
export function inWordsOfDecoding(thrown: unknown, path: string, target: DecodeTarget): unknown {
  if (!(thrown instanceof ImageError)) return thrown
  if (thrown.reason !== 'cancelled') return thrown.with({ path })
  return target.kind === 'file'
    ? new ImageError('decode-cancelled', { path: target.path }, { cause: thrown })
    : new ImageError('decode-cut-short', { path }, { cause: thrown })
}
