import type { ReadOptions } from '../engine.ts'
import { openImage } from '../image/open-image.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { contentSource, fileSource, type ByteSource } from './byte-source.ts'
import { countingHost } from './counting-host.ts'
import { digestOf } from './digest.ts'
import type { HashAlgorithm, HashResult, HashTarget } from './hash-result.ts'
import type { Host } from './host.ts'
import { stillHost } from './still-host.ts'

export interface HashOptions extends ReadOptions {
  /** Default `sha256`. */
  readonly algorithm?: HashAlgorithm | undefined
  /** Default `content`. */
  readonly target?: HashTarget | undefined
}

/**
 * The digest of what a guest sees (equal for every format that holds the same disk), or of the file's
 * own bytes, which works for files of any kind. The files are held as readers meanwhile, where nobody
 * writes to them already.
 */
export async function hashImage(
  host: Host,
  path: string,
  { algorithm = 'sha256', target = 'content', ...options }: HashOptions = {},
): Promise<HashResult> {
  const counting = countingHost(host)
  const still = stillHost(counting)
  const digest = async (file: BlockFile, source: ByteSource): Promise<HashResult> => {
    const isMoving = () => still.isMoving(file)
    const wasMoving = isMoving()
    const hex = await digestOf(source, counting.createHasher(algorithm), options)
    return {
      path: file.name,
      algorithm,
      target,
      digest: hex,
      bytes: source.length,
      bytesRead: counting.bytesRead(),
      live: wasMoving || isMoving(),
    }
  }

  if (target === 'file') {
    await using file = await still.openFile(path)
    return await digest(file, fileSource(file))
  }
  await using opened = await openImage(still, path, options)
  return await digest(opened.image.file, contentSource(opened.image))
}
