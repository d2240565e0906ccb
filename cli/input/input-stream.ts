import { createReadStream } from 'node:fs'
import { ImageError, type Reason } from '../../core/index.ts'
import type { Streams } from '../host.ts'

/** Bytes that come once. */
export interface InputStream {
  /** For people. */
  readonly name: string
  readonly bytes: AsyncIterable<Uint8Array>
}

const PIECE_BYTES = 1024 * 1024

/** Standard input for `-`, else a file, read from its start to its end whatever it is: a pipe with a name, too. */
export function inputStream(file: string, host: Pick<Streams, 'stdin'>): InputStream {
  return file === '-'
    ? { name: 'Standard input', bytes: host.stdin() }
    : { name: file, bytes: bytesOf(file) }
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file, { highWaterMark: PIECE_BYTES })
  } catch (cause) {
    const { code: errno = 'EIO' } = cause as NodeJS.ErrnoException
    throw new ImageError(reasons[errno] ?? 'read-failed', { path: file, errno }, { cause })
  }
}

const reasons: Readonly<Record<string, Reason>> = {
  ENOENT: 'file-missing',
  EACCES: 'file-forbidden',
  EPERM: 'file-forbidden',
  EISDIR: 'file-is-folder',
}
