import type { ReadOptions } from '../engine.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import { mustLieInDisk } from '../image/guest-range.ts'
import { openImage } from '../image/open-image.ts'
import type { BlockFile } from '../storage/block-file.ts'
import { contentSource, sourceFrom, type ByteSource } from './byte-source.ts'
import { copyInOrder } from './copy-in-order.ts'
import { copySparsely } from './copy-sparsely.ts'
import type { DecodeTarget, RawFileMade } from './decode-result.ts'
import type { Host } from './host.ts'
import { makeOutput } from './new-output.ts'
import { stillHost } from './still-host.ts'

export interface ReadContentOptions extends ReadOptions {
  /** Guest offset in bytes. */
  readonly at: number
  /** Bytes. */
  readonly length: number
}

export interface ReadContentResult {
  readonly path: string
  readonly virtualSize: number
  /** The image was in use while it was read: the bytes may be of two moments. */
  readonly live: boolean
  /** undefined when the bytes went into a sink. */
  readonly target: RawFileMade | undefined
}

/**
 * Reads a range of what a guest sees, through the whole backing chain, into a sink or a new file. The files
 * are held as readers meanwhile, where nobody writes to them already. Throws `out-of-range` before anything
 * is written, and the `output-…` reasons; what the sink throws passes through. Memory as `decodeImage`.
 */
export async function readContent(
  host: Host & ExchangingEnvironment,
  path: string,
  target: DecodeTarget,
  { at, length, ...options }: ReadContentOptions,
): Promise<ReadContentResult> {
  const files: BlockFile[] = []
  const still = stillHost(host)
  const opening: Host = {
    ...still,
    async openFile(name) {
      const file = await still.openFile(name)
      files.push(file)
      return file
    },
  }
  await using opened = await openImage(opening, path, options)
  const { image } = opened
  mustLieInDisk(image, at, length)
  const { virtualSize, file } = image
  const wasMoving = still.isMoving(file)
  const source: ByteSource = { ...sourceFrom(contentSource(image), at), length }
  const made = await copyTo(host, source, target, { ...options, sources: files })
  return { path: file.name, virtualSize, live: wasMoving || still.isMoving(file), target: made }
}

async function copyTo(
  host: ExchangingEnvironment,
  source: ByteSource,
  target: DecodeTarget,
  options: ReadOptions & { readonly sources: readonly BlockFile[] },
): Promise<RawFileMade | undefined> {
  if (target.kind === 'sink') {
    await copyInOrder(source, target.sink, options)
    return undefined
  }
  const { overwrite } = target
  const { sources, signal } = options
  const rules = { overwrite, sources, signal }
  const { result: _, ...made } = await makeOutput(host, target.path, rules, async (file) => {
    file.truncate(source.length)
    return copySparsely(source, file, options)
  })
  return made
}
