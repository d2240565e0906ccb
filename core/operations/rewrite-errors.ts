import { ImageError } from '../errors/image-error.ts'
import type { Reason } from '../errors/catalogue.ts'

/** What a failure with the new file means for who asked for the image to be rewritten. */
const reasons: Partial<Record<Reason, Reason>> = {
  'no-space': 'rewrite-no-space',
  'file-too-long': 'rewrite-no-space',
  'write-failed': 'rewrite-failed',
  'flush-failed': 'rewrite-failed',
  'read-failed': 'rewrite-failed',
  'file-not-writable': 'rewrite-folder',
  'folder-not-writable': 'rewrite-folder',
  'file-forbidden': 'rewrite-folder',
}

/** The error of rewriting the image at `path` into the file at `aside`, which is gone again. */
export function inWordsOfRewriting(thrown: unknown, path: string, aside: string): ImageError {
  const error = ImageError.from(thrown, { path })
  const { path: about, ...facts } = error.context
  if (about !== aside) return error
  const reason = reasons[error.reason] ?? error.reason
  return new ImageError(reason, { ...facts, link: aside, path }, { cause: error })
}
