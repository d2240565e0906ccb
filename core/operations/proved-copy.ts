import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import { fileSource } from './byte-source.ts'
import { copySparsely } from './copy-sparsely.ts'
import { digestOf } from './digest.ts'
import { extentOf } from './file-extent.ts'
import type { Host } from './host.ts'
import { proofDigestFor, proofHasher, type ProofDigest } from './proof-digest.ts'
import { WatchedFiles } from './watched-files.ts'

/** A copy of a whole file that was read back and is equal. */
export interface ProvedCopy {
  /** Bytes that were written. */
  readonly bytes: number
  readonly proof: ProofDigest
  readonly digest: string
}

/**
 * Copies a file into a new one, holes kept, flushes it, and reads both again to compare them. Throws
 * `move-copy-differs`, `source-changed`, and what reading and writing throw; the copy is the caller's to remove.
 */
export async function copyAndProve(
  host: Pick<Host, 'createHasher'>,
  file: BlockFile,
  copy: WritableFile,
  { onProgress, signal, pause }: OperationContext,
): Promise<ProvedCopy> {
  const watched = new WatchedFiles()
  watched.add(file)
  const length = file.size()
  copy.truncate(length)
  const bytes = await copySparsely(fileSource(file), copy, { signal, pause, onProgress })
  await copy.flush()
  const proof = proofDigestFor(length, [extentOf(file)])
  let hashed = 0
  const digest = async (of: BlockFile): Promise<string> => {
    const before = hashed
    return digestOf(fileSource(of), proofHasher(host, proof), {
      signal,
      pause,
      onProgress: ({ done }) => {
        hashed = before + done
        onProgress?.({ phase: 'proof', done: hashed, total: 2 * length, unit: 'bytes' })
      },
    })
  }
  const expected = await digest(file)
  const found = await digest(copy)
  watched.mustBeUnchanged()
  if (found !== expected) {
    throw new ImageError('move-copy-differs', {
      path: file.name,
      link: copy.name,
      expected: expected.slice(0, 16),
      found: found.slice(0, 16),
    })
  }
  return { bytes, proof, digest: found }
}

/** What could not be given; a volume that knows no owners is no reason to refuse a copy. */
export async function giveRights(
  host: Pick<ExchangingEnvironment, 'copyAttributes' | 'copyRights'>,
  from: string,
  to: string,
  /** A file with another content has its own times. */
  what: 'copyAttributes' | 'copyRights' = 'copyAttributes',
): Promise<string | undefined> {
  try {
    await host[what](from, to)
    return undefined
  } catch (thrown) {
    const error = ImageError.from(thrown)
    if (error.reason !== 'rewrite-attributes') throw error
    return error.context.field ?? 'rights'
  }
}
